/** Printed in every report: what a signature does not prove. */
export const LIMIT_OF_TRUST =
  'A signature binds these files to an identity. It does not prove that the hardware exists.';
