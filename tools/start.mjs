// npm start: sets up, then shows the system at work. Arguments, signals and the exit code are the demonstration's.
import { spawn, spawnSync } from 'node:child_process';
import { constants } from 'node:os';
import { join } from 'node:path';
import { optionsOrEnd } from './demo/options.mjs';
import { onPath, root, setUp } from './setup.mjs';

optionsOrEnd(process.argv.slice(2));
setUp();

// The demonstration ends with this process, even if that is killed; where setpriv is missing it says so itself.
const guarded = spawnSync('setpriv', ['--version'], { stdio: 'ignore' }).status === 0;
const [program, ...args] = [
  ...(guarded ? ['setpriv', '--pdeathsig=TERM'] : []),
  ...[process.execPath, '--conditions=@lethe/source', '--import', 'tsx'],
  ...[join(root, 'tools/demo/main.ts'), ...process.argv.slice(2)],
];
const demonstration = spawn(program, args, { cwd: root, stdio: 'inherit', env: onPath });
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  // A terminal's Ctrl-C reaches the demonstration by itself; a second one would cut its clean end short.
  process.on(signal, () => {
    if (signal !== 'SIGINT' || !process.stdin.isTTY) demonstration.kill(signal);
  });
}
demonstration.once('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));
