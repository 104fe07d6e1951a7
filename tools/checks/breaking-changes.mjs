// buf breaking, against the newest release that is reachable from here (a tag), or else the tip of main.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { onPath, root } from '../setup.mjs';

function git(...args) {
  try {
    const options = { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] };
    return execFileSync('git', args, options).trim();
  } catch {
    return undefined;
  }
}

/** The tip of main is compared with too: on main it shows what is not committed yet, on a branch what the branch does. */
function baseline() {
  const tags = git('tag', '--merged', 'HEAD', '--sort=-creatordate')?.split('\n') ?? [];
  const candidates = [...tags, 'origin/main', 'main', 'HEAD'].filter((name) => name !== '');
  return candidates.find((name) => git('cat-file', '-e', `${name}:proto`) !== undefined);
}

if (git('rev-parse', '--verify', 'HEAD') === undefined) {
  console.log('skipped: this is no git checkout with a history, so there is nothing to compare with');
  process.exit(0);
}
const against = baseline();
if (against === undefined) {
  console.log('nothing to compare with: no commit has a proto/ yet');
  process.exit(0);
}
console.log(`comparing with ${against} (${git('rev-parse', '--short', against)})`);
mkdirSync(join(root, '.nx'), { recursive: true });
const temporary = mkdtempSync(join(root, '.nx', 'baseline-'));
try {
  // An unpacked copy, rather than buf's own clone: that works in shallow clones and in another user's checkout too.
  const archive = join(temporary, 'proto.tar');
  const copy = join(temporary, 'copy');
  mkdirSync(copy);
  execFileSync('git', ['archive', '-o', archive, against, 'proto', 'buf.yaml'], {
    cwd: root,
    stdio: 'inherit',
  });
  execFileSync('tar', ['-xf', archive, '-C', copy], { stdio: 'inherit' });
  const options = { cwd: root, stdio: 'inherit', env: onPath };
  process.exitCode = spawnSync('buf', ['breaking', '--against', copy], options).status ?? 1;
} finally {
  rmSync(temporary, { recursive: true, force: true });
}
