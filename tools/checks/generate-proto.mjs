// Generates what comes out of proto/: the TypeScript code, and the descriptors that gRPC reflection serves.
// --check: writes nothing, and fails where the committed files are not what would be generated.
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { onPath, root } from '../setup.mjs';

const GENERATED = 'libs/contracts/src/gen';
/** Told by reflection, and implemented by a library that brings its own code. */
const NO_CODE = 'proto/grpc';

/** In this order: buf.gen.yaml empties its directory before it generates. */
function generate(into) {
  buf('generate', '--exclude-path', NO_CODE, '-o', into);
  mkdirSync(join(into, GENERATED), { recursive: true });
  const descriptor = join(into, GENERATED, 'descriptor.binpb');
  buf('build', '--as-file-descriptor-set', '--exclude-source-info', '-o', descriptor);
}

function buf(...args) {
  const { status, error } = spawnSync('buf', args, { cwd: root, stdio: 'inherit', env: onPath });
  if (status === 0) return;
  console.error(`buf ${args[0]} failed${error ? `: ${error.message}; run npm ci` : ''}`);
  process.exit(1);
}

function filesBelow(directory) {
  if (!existsSync(directory)) return [];
  const entries = readdirSync(directory, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(directory.length + 1));
}

function differences(expected, committed) {
  const names = new Set([...filesBelow(expected), ...filesBelow(committed)]);
  return [...names].sort().filter((name) => {
    const [left, right] = [join(expected, name), join(committed, name)];
    return !existsSync(left) || !existsSync(right) || !readFileSync(left).equals(readFileSync(right));
  });
}

/** Only what differs is touched: who compiles or tests at the same time never meets an emptied directory. */
function replace(from, to) {
  if (!existsSync(from)) return rmSync(to);
  mkdirSync(dirname(to), { recursive: true });
  copyFileSync(from, to);
}

const check = process.argv.includes('--check');
mkdirSync(join(root, '.nx'), { recursive: true });
const temporary = mkdtempSync(join(root, '.nx', 'proto-')); // inside: buf takes its output's place relative to here
try {
  generate(temporary);
  const [expected, committed] = [join(temporary, GENERATED), join(root, GENERATED)];
  const stale = differences(expected, committed);
  for (const name of stale) {
    if (check) console.error(`${join(GENERATED, name)} is not what proto/ generates`);
    else replace(join(expected, name), join(committed, name));
  }
  if (check && stale.length > 0) {
    console.error('run "npm run generate:proto" and commit the result');
    process.exitCode = 1;
  }
} finally {
  rmSync(temporary, { recursive: true, force: true });
}
