// An authority that lasts a test, and certificates of it, made by openssl: what an owner would use.

import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

export interface CertificateOf {
  /** `<file>.crt` and `<file>.key`. */
  readonly file: string;
  /** Common name. */
  readonly name: string;
  /** IP address that a server's certificate is for. */
  readonly address?: string;
}

export interface Authority {
  /** Writes `ca.crt` and the certificates. */
  write(folder: string, certificates: readonly CertificateOf[]): void;
}

const openssl = (args: readonly string[]): void => {
  execFileSync("openssl", args, { stdio: "ignore" });
};

const KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];

function issue(folder: string, { file, name, address }: CertificateOf): void {
  const path = (extension: string): string => join(folder, `${file}.${extension}`);
  openssl(["req", ...KEY, "-keyout", path("key"), "-out", path("csr"), "-subj", `/CN=${name}`]);
  writeFileSync(path("ext"), address === undefined ? "extendedKeyUsage=clientAuth" : `subjectAltName=IP:${address}`);
  const ca = ["-CA", join(folder, "ca.crt"), "-CAkey", join(folder, "ca.key"), "-CAcreateserial"];
  openssl(["x509", "-req", "-in", path("csr"), ...ca, "-days", "2", "-out", path("crt"), "-extfile", path("ext")]);
}

export async function makeAuthority(): Promise<Authority> {
  let isMade = false;
  return {
    write(folder, certificates) {
      const [key, crt] = [join(folder, "ca.key"), join(folder, "ca.crt")];
      if (!isMade) openssl(["req", "-x509", ...KEY, "-keyout", key, "-out", crt, "-days", "2", "-subj", "/CN=test CA"]);
      isMade = true;
      for (const each of certificates) issue(folder, each);
    },
  };
}
