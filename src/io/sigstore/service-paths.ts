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
