// Public face of `tls`: the console's certificate, made by the box's own authority or given.

export { type CertificateFacts, type Certified, factsOf, makeServerCertificate } from "./box-authority.ts";
export {
  BoxCertificates,
  type CertificateFile,
  type CertificateFiles,
  type CertificateSource,
} from "./box-certificates.ts";
export { OwnCertificates } from "./own-certificates.ts";
