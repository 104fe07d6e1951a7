import { readFileSync } from 'node:fs';
import { SWEEPER_RIGHTS } from '@lethe/object-store/testing';
import { describe, expect, test } from 'vitest';
import { bucketPolicy } from './provision-bucket.js';

interface Policy {
  readonly Statement: readonly {
    readonly Principal: { readonly AWS: string[] };
    readonly Action: string[];
  }[];
}

const tried = SWEEPER_RIGHTS.map((right) => `s3:${right}`).sort();

/** What an examination finds without each of them, the tests of the object store say. */
describe('the rights of the sweeper’s keys', () => {
  test('are those in whose absence an examination fails', () => {
    const { Statement } = bucketPolicy('blocks', 'writer', 'sweeper') as Policy;
    const granted = Statement.filter(({ Principal }) => Principal.AWS.includes('sweeper'));
    expect(granted.flatMap(({ Action }) => Action).sort()).toEqual(tried);
  });

  test('are those that operators are told', () => {
    const page = readFileSync(new URL('../../docs/operating/stores.md', import.meta.url), 'utf8');
    const [, credentials = ''] = page.split('\n## Credentials\n');
    const [section = ''] = credentials.split('\n## ');
    const named = [...section.matchAll(/^\| `(s3:\w+)`/gm)].map(([, right]) => right);
    expect(named.sort()).toEqual(tried);
  });
});
