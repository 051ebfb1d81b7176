#!/usr/bin/env node
// What `mailferry` runs first: everything that comes too late once the program itself is being loaded.
// Imports nothing but what does it, and the rest only then: modules that are imported by name are loaded before anything runs.

import { keepCompiledCode } from './compiled-code.ts';
import { openThreadPool } from './thread-pool.ts';

openThreadPool(process.env);
keepCompiledCode(process.env);
await import('./main.ts');
