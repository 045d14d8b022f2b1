/** Who signed: the certificate's subject alternative name and its OIDC issuer. */
export interface Identity {
  readonly subject: string;
  readonly issuer: string;
}
