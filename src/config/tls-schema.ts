// How the console is reached over https.

import { z } from "zod";
import { listenAddress } from "./values.ts";

const file = z.string().min(1).max(400);

export const tlsSection = z
  .strictObject({
    mode: z
      .enum(["off", "box", "files"])
      .default("off")
      .describe(
        "`box`: by a certificate authority that the box makes for itself, and that devices install once; `files`: by a certificate of yours; `off`: plain http, for loopback or behind a proxy.",
      ),
    listen: listenAddress("0.0.0.0:8443").describe("Address of the console over https."),
    cert_file: file
      .optional()
      .describe("PEM file with your certificate and its chain, for `files`; read again when it changes."),
    key_file: file.optional().describe("PEM file with its private key, for `files`."),
  })
  .refine(
    ({ mode, cert_file: cert, key_file: key }) => (mode === "files") === (cert !== undefined && key !== undefined),
    "`files` needs cert_file and key_file; the other modes take neither",
  );
