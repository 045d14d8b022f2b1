import { EvidenceError, withHint } from '../../errors/evidence-error.ts';

/** The files that the environment names, by its variables. */
export function servicePaths(environment: NodeJS.ProcessEnv): ServicePaths {
  return {
    AFFIDAVIT_SIGNING_CONFIG: setText(environment['AFFIDAVIT_SIGNING_CONFIG']),
    AFFIDAVIT_TRUSTED_ROOT: setText(environment['AFFIDAVIT_TRUSTED_ROOT']),
  };
}

type ServicePaths = Readonly<
  Record<'AFFIDAVIT_SIGNING_CONFIG' | 'AFFIDAVIT_TRUSTED_ROOT', string | undefined>
>;

/** An empty variable is one that nobody set. */
function setText(value: string | undefined): string | undefined {
  return value === '' ? undefined : value;
}

/** Reads the file of a flag, else that of a variable. What is wrong with the latter names the variable. */
export async function readNamed<T>(
  flag: string | undefined,
  variable: keyof ServicePaths,
  environment: NodeJS.ProcessEnv,
  read: (path: string | undefined) => Promise<T>,
): Promise<T> {
  const path = servicePaths(environment)[variable];
  if (flag !== undefined || path === undefined) return await read(flag);
  try {
    return await read(path);
  } catch (error) {
    if (!(error instanceof EvidenceError)) throw error;
    throw withHint(error, `${error.hint}; ${variable} names this file`);
  }
}
