// All that a fresh clone needs before anything runs: the dependencies and the build. Plain Node, since nothing is installed yet.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));
/** The environment of what is run from here: the installed programs, and no warning of each process about a pinned SDK. */
export const onPath = {
  ...process.env,
  PATH: `${join(root, 'node_modules/.bin')}:${process.env.PATH ?? ''}`,
  AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
};

/** Ends the process with one sentence; there is nothing that a stack trace would add. */
function refuse(sentence) {
  console.error(sentence);
  process.exit(1);
}

/** Installs what is missing and builds what has changed; both do nothing on the second run. */
export function setUp() {
  install(['npm']);
  step('npm', BUILD, 'see the errors above');
}

/** The arguments of npm that build what has changed. */
export const BUILD = ['run', '--silent', 'build'];

/** Checks Node and the programs that are needed, and installs the dependencies where they are not what is locked. */
export function install(programs) {
  checkNode();
  for (const program of programs) checkProgram(program);
  if (!isInstalled()) {
    console.log('installing the dependencies (npm ci)');
    step('npm', ['ci', '--include=dev', '--no-audit', '--no-fund'], 'check the network and try again');
  }
}

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  refuse(`Lethe needs Node 20.19 or newer, and this is ${process.versions.node}: install a newer one.`);
}

function checkProgram(program) {
  if (spawnSync(program, ['--version'], { stdio: 'ignore' }).status === 0) return;
  refuse(`Lethe needs ${program}, and it cannot be run here: install it and try again.`);
}

/**
 * Whether node_modules holds what package-lock.json asks for. npm writes down what it has installed, at the very end,
 * so an interrupted installation counts as none; times would not tell after a git checkout.
 */
function isInstalled() {
  const read = (path) => JSON.parse(readFileSync(join(root, path), 'utf8')).packages;
  try {
    const installed = read('node_modules/.package-lock.json');
    return Object.entries(read('package-lock.json')).every(([path, wanted]) => {
      if (!path.includes('node_modules/')) return true; // the workspaces themselves
      const found = installed[path];
      if (found === undefined) return Boolean(wanted.optional || wanted.devOptional); // for other platforms
      return found.version === wanted.version && found.resolved === wanted.resolved;
    });
  } catch {
    return false;
  }
}

function step(program, args, advice) {
  const { status } = spawnSync(program, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  if (status !== 0) refuse(`"${[program, ...args].join(' ')}" failed: ${advice}.`);
}
