// npm test: sets up, runs every check and then the tests, and closes with the count. `--checks-only` leaves the tests out.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BUILD, install, onPath, root } from './setup.mjs';

/** Each is one thing that passes or fails; all are run, so that one failure does not hide the next. */
const CHECKS = [
  ['build', 'npm', ...BUILD],
  ['formatting', 'prettier', '--check', '--log-level=warn', '.'],
  ['lint and module boundaries', 'eslint', '--max-warnings=0', '.'],
  ['types', 'tsc', '--noEmit', '-p', 'tsconfig.json'],
  ['lint of the wire contracts', 'buf', 'lint'],
  ['wire contracts break nobody', process.execPath, 'tools/checks/breaking-changes.mjs'],
  ['generated code is fresh', process.execPath, 'tools/checks/generate-proto.mjs', '--check'],
  [
    'dumped schemas are fresh',
    'tsx',
    '--conditions=@lethe/source',
    'tools/checks/dump-schemas.ts',
    '--check',
  ],
  ['links in the documents', 'tsx', 'tools/checks/journey-links.ts'],
];

function run(program, args) {
  const env = { ...onPath, NX_DAEMON: 'false', NX_TUI: 'false' };
  const result = spawnSync(program, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], env });
  if (result.error) console.error(`${program} could not be run: ${result.error.message}`);
  return result;
}

function runChecks() {
  const results = CHECKS.map(([name, program, ...args]) => {
    console.log(`\n== ${name}`);
    const start = Date.now();
    const { status, signal } = run(program, args);
    if (signal) process.exit(130);
    const seconds = ((Date.now() - start) / 1000).toFixed(1);
    console.log(`== ${name}: ${status === 0 ? 'passed' : 'FAILED'} (${seconds} s)`);
    return { name, passed: status === 0 };
  });
  return {
    passed: results.filter((check) => check.passed).length,
    failed: results.filter((check) => !check.passed).map((check) => check.name),
  };
}

/** Runs vitest, whose report in a file has the numbers; what it prints is for the reader. */
function runTests() {
  console.log('\n== tests');
  const directory = mkdtempSync(join(tmpdir(), 'lethe-test-'));
  const file = join(directory, 'report.json');
  const { status, signal } = run('vitest', [
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${file}`,
  ]);
  if (signal) process.exit(130);
  let report = { numPassedTests: 0, numFailedTests: 0, testResults: [] };
  try {
    report = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    console.error('vitest wrote no report');
  }
  rmSync(directory, { recursive: true, force: true });
  return countTests(report, status);
}

function countTests(report, status) {
  const failed = [];
  let passed = 0;
  for (const { name, status: fileStatus, assertionResults } of report.testResults) {
    const path = name.replace(root, '');
    const bad = assertionResults.filter((test) => test.status === 'failed');
    passed += assertionResults.filter((test) => test.status === 'passed').length;
    failed.push(...bad.map((test) => `${path}: ${test.fullName}`));
    if (fileStatus === 'failed' && bad.length === 0) failed.push(`${path}: could not be run`);
    for (const test of assertionResults) {
      if (!['passed', 'failed'].includes(test.status)) console.log(`skipped: ${path}: ${test.fullName}`);
    }
  }
  if (passed + failed.length === 0) failed.push('vitest ran no test');
  // An error outside of any test fails the run, too.
  if (status !== 0 && failed.length === 0) failed.push('vitest failed outside of a test');
  return { passed, failed };
}

install(['npm', 'git']);
const results = [runChecks()];
if (!process.argv.includes('--checks-only')) results.push(runTests());
const passed = results.reduce((sum, result) => sum + result.passed, 0);
const failed = results.flatMap((result) => result.failed);
console.log('');
for (const name of failed) console.log(`failed: ${name}`);
console.log(`${passed} passed, ${failed.length} failed`);
process.exitCode = failed.length === 0 ? 0 : 1;
