import { digestOf } from '../../digest.ts';
import { requireOneStdin } from '../../io/disk/files.ts';
import { useCaCertificates } from '../../io/sigstore/ca-certificates.ts';
import { updateTrustCache, type UpdatedTrust } from '../../io/sigstore/trust-cache.ts';
import { requireMirror } from '../../io/sigstore/tuf-mirror.ts';
import { escapeInvisible } from '../../quote.ts';
import { commandLine, pathWord } from '../../shell-words.ts';
import type { Call } from '../call/command.ts';
import { wrapLines } from '../call/wrap-talk.ts';

export async function runTrustUpdate(call: Call): Promise<number> {
  const { options, environment, signal, progress } = call;
  const mirror = requireMirror(options.text('tuf-mirror'));
  const tufRoot = options.text('tuf-root');
  const caCertificates = options.text('ca-certificates');
  requireOneStdin([tufRoot, caCertificates]);
  await useCaCertificates(caCertificates);
  const updating = updateTrustCache({ mirror, tufRoot, environment }, new Date(), signal);
  const updated = await progress(`asking ${escapeInvisible(mirror)}`, updating);
  process.stdout.write(wrapLines(summaryOf(updated, { mirror, tufRoot }), process.stdout));
  return 0;
}

function summaryOf(
  { copy, versions, file, refused }: UpdatedTrust,
  { mirror, tufRoot }: { readonly mirror: string; readonly tufRoot: string | undefined },
): string {
  const { trustedRoot, signingConfig } = copy;
  const root = tufRoot === undefined ? [] : ['--tuf-root', pathWord(tufRoot)];
  const config = signingConfig === undefined ? 'this repository has none' : digestOf(signingConfig);
  return [
    ...(refused === undefined
      ? []
      : [`the former copy was not used: ${refused.at}: ${refused.message}`]),
    `mirror:         ${escapeInvisible(mirror)}`,
    `TUF root:       version ${versions.root}, timestamp version ${versions.timestamp}`,
    `trusted root:   ${digestOf(trustedRoot)}`,
    `signing config: ${config}`,
    `kept in:        ${escapeInvisible(file)}`,
    `to use it:      ${commandLine(['affidavit', 'verify-evidence', 'evidence.tar.gz', '--trust-cache', ...root])}`,
    '',
  ].join('\n');
}
