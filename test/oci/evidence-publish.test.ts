// The command against a registry in this process. The order, and who attaches at once: test/pointer/push.test.ts.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { digestOf } from '../../src/digest.ts';
import { parsePointer } from '../../src/evidence/pointer/pointer.ts';
import { EPOCH, INPUTS, OUT, UNSIGNED, Workplace } from '../e2e/emit.ts';
import { onTerminal } from '../e2e/on-terminal.ts';
import { LEFT, pack, pointers, publish, runPrinted, tags, verify, withPlace } from './publish.ts';
import { withRegistry } from './registry.ts';

describe('evidence publish --no-sign', () => {
  it('pushes an unsigned archive byte for byte, with a tag by default and a flat pointer', async () => {
    await withPlace({}, async (target, place, registry) => {
      const words = ['--no-sign', '--evidence-dir', 'recipes/evidence'];
      const run = await publish(place, OUT, target, ...words);
      expect(run.code).toBe(0);
      const name = `${registry.host}/evidence`;
      expect(run.stdout).toBe(`${name}@${run.digest}\n`);
      const archive = readFileSync(place.path(OUT));
      expect(registry.blobs.get(digestOf(archive))?.equals(archive)).toBe(true);
      const [tag = ''] = tags(registry);
      expect(tag).toMatch(/^evidence:h100-.*-[0-9a-f]{12}$/);
      const [[path, pointer] = []] = pointers(place);
      expect(path).toBe(`${pointer?.recipe}.yaml`);
      expect(pointer?.artifact).toEqual({
        oci: `${registry.host}/${tag}`,
        digest: run.digest,
      });
      expect(pointer?.affidavit).toBeUndefined();
      expect(registry.uploads.size).toBe(0);
      const bodies = registry.asked.filter((line) => /^(?:PATCH|PUT .*\/manifests\/)/.test(line));
      // One for all others, and one for who asks without a login in the end.
      expect([bodies.length, registry.connections]).toEqual([4, 6]);
    });
  });

  it('packs a directory as the archive was packed: the same digest', async () => {
    await withPlace({}, async (target, place) => {
      mkdirSync(place.path('unpacked'));
      execFileSync('tar', ['-xzf', OUT, '-C', 'unpacked'], { cwd: place.folder });
      const first = await publish(place, OUT, target, '--no-sign');
      const second = await publish(place, 'unpacked', target, '--no-sign');
      expect(second.code).toBe(0);
      expect(second.digest).toBe(first.digest);
    });
  });

  it('changes nothing with --dry-run, and prints the same digest', async () => {
    await withPlace({}, async (target, place, registry) => {
      const plan = await publish(
        place,
        OUT,
        target,
        '--dry-run',
        '--evidence-dir',
        'recipes/evidence',
      );
      expect(plan.code).toBe(0);
      expect(registry.asked).toEqual([]);
      expect(pointers(place)).toEqual([]);
      expect(plan.stderr).toContain('would sign');
      const run = await publish(place, OUT, target, '--no-sign');
      expect(plan.stdout).toBe(run.stdout);
      expect(run.stderr).not.toContain('SANDBOX');
      expect((await runPrinted(place, run, 'verify')).stdout).toContain('Unsigned: green');
      expect((await runPrinted(place, run, 'pointer')).code).toBe(0);
      expect(pointers(place)).toHaveLength(1);
    });
  });

  it('pushes to several places, which the pointer names', async () => {
    await withPlace({}, async (target, place, registry) => {
      const other = `oci://${registry.host}/copies/evidence:mine`;
      const words = ['--no-sign', '--pointer', 'pointer.yaml'];
      const run = await publish(place, OUT, target, other, ...words);
      expect(run.stdout.trim().split('\n')).toHaveLength(2);
      const pointer = parsePointer(readFileSync(place.path('pointer.yaml')), 'pointer.yaml');
      expect(pointer.affidavit?.locations).toEqual([`${registry.host}/copies/evidence`]);
      expect(tags(registry)).toContain('copies/evidence:mine');
    });
  });

  it.each([
    ['the archive', OUT, ['--pointer', OUT]],
    ['a file of the directory', 'unpacked', ['--pointer', 'unpacked/manifest.json']],
    ['a new file in the directory', 'unpacked', ['--pointer', 'unpacked/pointer.yaml']],
    ['a tree in the directory', 'unpacked', ['--evidence-dir', 'unpacked/logs']],
    ['the signature', OUT, ['--pointer', LEFT]],
    ['the root', OUT, ['--pointer', `${LEFT}.sandbox/trusted_root.json`]],
    ['certificates', OUT, ['--pointer', 'ca.pem', '--registry-ca', 'ca.pem']],
  ])('writes no pointer into %s', async (_, bundle, words) => {
    await withPlace({}, async (target, place, registry) => {
      mkdirSync(place.path('unpacked'));
      execFileSync('tar', ['-xzf', OUT, '-C', 'unpacked'], { cwd: place.folder });
      mkdirSync(place.path('unpacked/logs'), { recursive: true });
      mkdirSync(place.path(`${LEFT}.sandbox`));
      const before = place.list();
      const run = await publish(place, bundle, target, '--no-sign', '--force', ...words);
      expect([run.code, run.stderr]).toEqual([64, expect.stringContaining(`at: ${words[0]}\n`)]);
      expect([place.list(), registry.asked]).toEqual([before, []]);
    });
  });

  it('leaves the tag of another artifact alone, unless it is forced', async () => {
    await withPlace({}, async (target, place, registry) => {
      await publish(place, OUT, `${target}:mine`, '--no-sign');
      const others = new Map(registry.manifests);
      await place.validate([...INPUTS, ...UNSIGNED, '--force'], {
        env: { SOURCE_DATE_EPOCH: '1781054401' },
      });
      const refused = await publish(place, OUT, `${target}:mine`, '--no-sign');
      expect([refused.code, refused.stderr]).toEqual([3, expect.stringContaining('TAG_TAKEN')]);
      expect(registry.manifests).toEqual(others);
      const forced = await publish(place, OUT, `${target}:mine`, '--no-sign', '--force');
      expect(forced.code).toBe(0);
      const tagged = registry.manifests.get('evidence:mine')?.bytes;
      expect(tagged && digestOf(tagged)).toBe(forced.digest);
      expect([...registry.manifests.keys()]).toEqual(expect.arrayContaining([...others.keys()]));
    });
  });

  it.each([
    ['refuses it', undefined, 'nobody can read', 'without a login: make it public'],
    ['hides it', 404, 'nobody can read', 'without a login: make it public'],
    ['fails', 400, 'could not find out whether everybody can read', 'SERVICE_FAILED: status 400'],
  ])('says what others see, where the registry %s without a login', async (...row) => {
    const [, status, said, why] = row;
    const takes = `Basic ${Buffer.from('me:secret').toString('base64')}`;
    await withPlace({ wants: 'basic', takes }, async (target, place, registry) => {
      const auths = { [registry.host]: { auth: takes.slice('Basic '.length) } };
      place.write('docker/config.json', JSON.stringify({ auths }));
      registry.faults.first = ({ headers }, response) => {
        const isOther = tags(registry).length > 0 && headers.authorization === undefined;
        if (!isOther || status === undefined) return false;
        response.writeHead(status).end();
        return true;
      };
      const words = ['evidence', 'publish', OUT, target, '--no-sign'];
      const run = await place.run(words, { env: { DOCKER_CONFIG: place.path('docker') } });
      expect(run.code).toBe(0);
      const [line] = run.stderr.match(/^affidavit: .* read .*$/gm) ?? [];
      expect(line).toContain(`affidavit: ${said} ${registry.host}/evidence`);
      expect(line).toContain(why);
      expect(run.stderr).not.toContain('secret');
    });
  });

  it.each([
    ['n', 64, 'and no yes'],
    ['y', 0, '@sha256:'],
  ])('asks on a terminal whether all becomes public; %s ends with %i', async (...row) => {
    const [answer, code, said] = row;
    await withPlace({}, async (target, place, registry) => {
      const whole = [...INPUTS, ...UNSIGNED, '--redact', 'none', '--force'];
      await place.validate(whole, { env: EPOCH });
      const words = ['evidence', 'publish', OUT, target, '--no-sign'];
      const run = await onTerminal(place, words, `${answer}\r`);
      expect(run.shown).toContain('Publish it? [y/N]');
      expect([run.code, run.shown]).toEqual([code, expect.stringContaining(said)]);
      expect(registry.asked.length > 0).toBe(code === 0);
    });
  });

  it.each([
    ['evidence that is not redacted, without --yes', OUT, '', 'no terminal on which to ask'],
    ['standard input', '-', '', 'standard input'],
    ['a digest', OUT, `@sha256:${'0'.repeat(64)}`, 'leave the digest out'],
  ])('is called wrongly with %s: 64, and nothing is sent', async (_, bundle, more, said) => {
    await withPlace({}, async (target, place, registry) => {
      const whole = [...INPUTS, ...UNSIGNED, '--redact', 'none', '--force'];
      await place.validate(whole, { env: EPOCH });
      const run = await publish(place, bundle, `${target}${more}`, '--no-sign');
      expect(run.code).toBe(64);
      expect(run.stderr).toContain(said);
      expect(registry.asked).toEqual([]);
    });
  });
});

describe('evidence publish', () => {
  it('takes --yes beside --sandbox: what becomes public there is the evidence, not a login', async () => {
    await withPlace({}, async (target, place, registry) => {
      const whole = [...INPUTS, ...UNSIGNED, '--redact', 'none', '--force'];
      await place.validate(whole, { env: EPOCH });
      const refused = await publish(place, OUT, target, '--sandbox');
      expect([refused.code, registry.asked]).toEqual([64, []]);
      expect(refused.stderr).toContain('add --yes');
      const run = await publish(place, OUT, target, '--sandbox', '--yes');
      expect([run.code, run.stderr]).toEqual([0, expect.stringContaining('attached: ')]);
    });
  });

  it('signs it as the artifact, attaches that, and writes the pointer where AICR keeps it', async () => {
    await withPlace({}, async (target, place, registry) => {
      const before = readFileSync(place.path(OUT));
      const words = ['--sandbox', '--evidence-dir', 'recipes/evidence'];
      const run = await publish(place, OUT, target, ...words);
      expect(run.code).toBe(0);
      expect(readFileSync(place.path(OUT)).equals(before)).toBe(true);
      expect(existsSync(place.path(LEFT))).toBe(false);
      const [[path, pointer] = []] = pointers(place);
      expect(path).toContain(`sha256-${run.digest.slice('sha256:'.length)}.yaml`);
      const attestation = /^attached: \S+@(sha256:\S+)$/m.exec(run.stderr)?.[1];
      expect(pointer?.affidavit).toEqual({ attestation, locations: [] });
      expect(registry.manifests.has(`evidence@${attestation}`)).toBe(true);
      expect(await verify(place, target, run.digest)).toMatchObject({ code: 0 });
      expect(run.stderr).toMatch(/^!! SANDBOX !! Anyone can start a sandbox/m);
      expect(run.stderr).toMatch(/^ {2}signer: "\S+" \(issuer "\S+"\)$/m);
      expect(run.stderr).toContain(`\n     tag: ${pointer?.artifact?.oci}\n`);
      expect((await runPrinted(place, run, 'verify')).code).toBe(0);
      expect(run.stderr).not.toMatch(/^ pointer: affidavit/m);
    });
  }, 30_000);

  it('signs nothing twice: what was signed lies beside the bundle until it is attached', async () => {
    await withPlace({}, async (target, place, registry) => {
      let isFull = true;
      registry.faults.first = (request, response) => {
        if (!isFull || request.method !== 'PUT') return false;
        response.writeHead(403).end();
        return true;
      };
      const failed = await publish(place, OUT, target, '--sandbox');
      expect([failed.code, failed.stdout]).toEqual([3, '']);
      const left = readFileSync(place.path(LEFT));
      isFull = false;
      const run = await publish(place, OUT, target, '--sandbox', '--pointer', 'pointer.yaml');
      expect(run.code).toBe(0);
      expect(run.stderr).toContain(`going on with the signature in ${LEFT}`);
      expect(registry.blobs.get(digestOf(left))?.equals(left)).toBe(true);
      expect(existsSync(place.path(LEFT))).toBe(false);
    });
  }, 30_000);

  it('attaches the signature of a signed bundle as it is, and packs the rest without it', async () => {
    const place = new Workplace();
    await pack(place, '--sandbox');
    await withRegistry({}, async (registry) => {
      const target = `oci://${registry.host}/evidence`;
      const run = await publish(place, OUT, target);
      expect(run.code).toBe(0);
      expect(run.stderr).toContain('aicr and cosign refuse it; --sign adds one about it');
      expect(run.stderr).toContain('attached: ');
      const other = new Workplace();
      await pack(other, '--no-sign');
      const unsignedRun = await publish(other, OUT, target, '--no-sign');
      expect(unsignedRun.digest).toBe(run.digest);
      const refused = await publish(place, OUT, target, '--pointer', 'pointer.yaml');
      expect([refused.code, refused.stderr]).toEqual([64, expect.stringContaining('--sign')]);
    });
  }, 30_000);
});
