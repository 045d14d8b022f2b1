import { requireOneStdin } from '../../io/disk/files.ts';
import { servicePaths } from '../../io/sigstore/service-paths.ts';
import type { TrustChoice } from '../../io/sigstore/trust-in-use.ts';
import type { Call } from '../call/command.ts';
import { TRUST_FILES, trustCacheOf } from '../call/trust-flags.ts';

/** What the call asks for. */
export function trustChoiceOf(call: Call): TrustChoice {
  const { options, environment } = call;
  const files = TRUST_FILES.flatMap((name) => options.text(name) ?? []);
  const variables = servicePaths(environment);
  requireOneStdin([...files, ...Object.values(variables)]);
  return {
    trustedRoot: options.text('trusted-root'),
    signingConfig: options.text('signing-config'),
    cache: trustCacheOf(call),
    environment,
  };
}
