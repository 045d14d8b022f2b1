import { say } from '../../io/disk/talk.ts';
import { keyFileOf, pinOf, signerWords } from '../../policy/policy.ts';
import { SANDBOX_WARNING } from '../../report/report-json.ts';
import { commandLine } from '../../shell-words.ts';
import type { Call } from '../call/command.ts';
import { spanWords } from '../call/run-flags.ts';
import { wrapTalk } from '../call/wrap-talk.ts';
import { rootFlags } from './self-check-report.ts';
import type { Judged } from './sign-artifact.ts';

interface Published {
  /** `HOST/REPO@sha256:…` */
  readonly name: string;
  /** `HOST/REPO:TAG` of each place. */
  readonly tags: readonly string[];
  /** Undefined: nobody has judged it. */
  readonly judged: Judged | undefined;
  readonly isSigned: boolean;
  readonly hasPointer: boolean;
}

/** Who signed what is in a registry now, and the very commands that verify it and that write its pointer. */
export function sayPublished(call: Call, published: Published): void {
  const { name, tags, judged, isSigned, hasPointer } = published;
  const reference = `oci://${name}`;
  const root = judged === undefined ? [] : rootFlags(call, judged.rootPath);
  const span = spanWords(call.options);
  const pin = isSigned ? [] : ['--allow-unsigned'];
  const pinned =
    judged === undefined ? pin : [...pinOf(judged.proof.signer), ...judged.proof.weakened];
  const isNameable =
    judged === undefined ? !isSigned : keyFileOf(judged.proof.signer) === undefined;
  const warning = wrapTalk(SANDBOX_WARNING, process.stderr, { used: 14, indent: 3 });
  const verify = ['affidavit', 'verify-evidence', reference, ...root, ...pinned, ...span];
  const lines = [
    ...(judged?.isSandbox === true ? [`!! SANDBOX !! ${warning}`] : []),
    ...(judged === undefined ? [] : [`  signer: ${signerWords(judged.proof.signer)}`]),
    ...tags.map((tag) => `     tag: ${tag}`),
    `  verify: ${commandLine(verify)}`,
    ...(hasPointer || !isNameable
      ? []
      : [` pointer: ${commandLine(['affidavit', 'evidence', 'pointer', reference, ...root])}`]),
  ];
  say(lines.map((line) => `${line}\n`).join(''));
}
