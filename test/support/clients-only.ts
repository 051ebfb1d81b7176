// What a function costs at least that talks to S3 and DynamoDB: the measure for the start of those that do more.

import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';

export const clients = [new DynamoDBClient({}), new S3Client({})];
