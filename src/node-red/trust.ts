// A flow may ask the box by https, under the name that people use. The box's own authority, where it has one, is in the access file.

import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { z } from "zod";
import { parseJsonWith } from "../protocol/index.ts";

const trusted = z.object({
  ca: z
    .string()
    .regex(/^-----BEGIN CERTIFICATE-----/)
    .optional(),
});

/**
 * Whatever this process asks from now on also believes the box's authority, whose certificates are for local names and private addresses
 * alone. Returns whether there is one. Errors: `node_red.no_access`, and those of reading the file.
 */
export async function trustBox(file: string, read: (file: string) => Promise<string>): Promise<boolean> {
  const { ca } = parseJsonWith(trusted, await read(file), "node_red.no_access", "the box's access file");
  if (ca === undefined) return false;
  setDefaultCACertificates([...getCACertificates("default"), ca]);
  return true;
}
