// moto's CloudFormation loads all of its services, and one of them a Python module that Debian's moto does not bring along: the
// validator of API Gateway. A stand-in that refuses to be used is put beside moto, in the tests' own cache folder.

import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MOTO_FOLDER } from './moto-presence.ts';

const MODULES = join(MOTO_FOLDER, 'usr/lib/python3/dist-packages');
const PACKAGE = join(MODULES, 'openapi_spec_validator');

const VALIDATOR = `def validate_spec(*arguments, **options):
    raise NotImplementedError("API Gateway is no part of these tests")


validate = validate_spec
`;

/** Before the first call of CloudFormation; also while moto runs. It is there complete or not at all. Safe to repeat. */
export function provideValidator(): void {
  if (existsSync(PACKAGE)) return;
  const workshop = mkdtempSync(join(MODULES, '.validator-'));
  try {
    mkdirSync(join(workshop, 'validation'));
    writeFileSync(join(workshop, '__init__.py'), VALIDATOR);
    writeFileSync(join(workshop, 'validation/__init__.py'), '');
    writeFileSync(
      join(workshop, 'validation/exceptions.py'),
      'class OpenAPIValidationError(Exception):\n    pass\n',
    );
    renameSync(workshop, PACKAGE);
  } catch (error) {
    // Somebody else was faster.
    if (!existsSync(PACKAGE)) throw error;
  } finally {
    rmSync(workshop, { recursive: true, force: true });
  }
}
