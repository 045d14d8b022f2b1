import type { SignedEnvelope } from '../../sign/encode-sigstore-bundle.ts';
import type { ServiceName } from '../http/no-answer.ts';

/** The kinds of services, as errors name them. */
export const CERTIFICATE_AUTHORITY = 'certificate authority';
export const TIMESTAMP_AUTHORITY = 'timestamp authority';
export const TRANSPARENCY_LOG = 'transparency log';

/** Sends a signature to a service, which answers something about it. */
export type Witness<T> = (
  envelope: SignedEnvelope,
  service: Pick<ServiceName, 'namedBy' | 'secrets'> & { readonly url: string },
) => Promise<T>;
