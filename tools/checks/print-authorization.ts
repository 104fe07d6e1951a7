// Writes docs/authorization.md from the tables that workspace-service decides by.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { authorizationPage } from './authorization-page.js';

await writeFile(join(import.meta.dirname, '../../docs/authorization.md'), authorizationPage());
