// Which requests share a connection.
import { describe, expect, it } from 'vitest';

import { agentFor, keepConnections } from '../../../src/io/http/route.ts';
import { repositoryOf } from '../../oci/client.ts';
import { STEPS, push } from '../../oci/pushed.ts';
import { withRegistry } from '../../oci/registry.ts';
import { ARTIFACT } from '../../pointer/oci.ts';

const MAX = 10_000;

/** Those of this process that keep it. */
function sockets(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length;
}

describe('connections to a registry', () => {
  it('are used again for all but what is uploaded, and keep no process', async () => {
    await withRegistry({}, async (registry) => {
      const before = sockets();
      const repository = repositoryOf(registry);
      await push(repository, STEPS);
      const uploads = registry.asked.filter((line) => /^(?:PATCH|PUT .*\/manifests\/)/.test(line));
      expect(uploads).toHaveLength(STEPS.length);
      expect(registry.connections).toBe(uploads.length + 1);
      expect(sockets()).toBe(before);
      await repository.readManifest(ARTIFACT.digest, MAX);
      await repository.readManifest({ tag: 'none' }, MAX);
      await repository.listReferrers(ARTIFACT.digest);
      expect(registry.connections).toBe(uploads.length + 1);
    });
  });

  it('that are open to one client are not used by another, which may have other rules', async () => {
    await withRegistry({}, async (registry) => {
      await push(repositoryOf(registry), []);
      for (let count = 1; count <= 2; count += 1) {
        await repositoryOf(registry).readManifest({ tag: 'none' }, MAX);
        expect(registry.connections).toBe(count);
      }
    });
  });

  it('go through a proxy each by itself, if one is named', () => {
    const kept = keepConnections();
    const url = new URL('https://registry.test/v2/');
    expect(agentFor(url, {}, kept)).toBe(kept.https);
    const proxied = agentFor(url, { HTTPS_PROXY: 'http://proxy.test:3128' }, kept);
    expect(proxied).not.toBe(kept.https);
  });

  it('that the server has closed meanwhile are opened anew', async () => {
    let asked = 0;
    const first = (request: { socket: { destroy: () => void } }): boolean => {
      asked += 1;
      if (asked === 2) request.socket.destroy();
      return asked === 2;
    };
    await withRegistry({ first }, async (registry) => {
      const repository = repositoryOf(registry);
      await repository.readManifest({ tag: 'none' }, MAX);
      expect(await repository.readManifest({ tag: 'none' }, MAX)).toBeUndefined();
      expect([asked, registry.connections]).toEqual([3, 2]);
    });
  });
});
