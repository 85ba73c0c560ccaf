// When backups are made and where they go.

import { z } from "zod";
import { eachOnce, identifier, span } from "./values.ts";

const file = z.string().min(1).max(500);
const folder = z
  .string()
  .max(500)
  .regex(/^(?!.*(?:^|\/)\.\.(?:\/|$))[^\0]*$/, "without ..");

const place = { id: identifier.describe("Name of the place.") };

const folderPlace = z.strictObject({
  ...place,
  kind: z.literal("folder"),
  folder: file
    .regex(/^\//, "an absolute path")
    .describe("A folder on another disk than the box's, or mounted from elsewhere."),
});
const usbPlace = z.strictObject({
  ...place,
  kind: z.literal("usb"),
  label: z
    .string()
    .regex(/^[\w .-]{1,64}$/, "the label of a file system")
    .optional()
    .describe("Label of the stick; without it the only one that is plugged in."),
  folder: folder.default("numberbox").describe("Folder on the stick."),
});
const sftpPlace = z
  .strictObject({
    ...place,
    kind: z.literal("sftp"),
    host: z.string().min(1).max(253),
    port: z.int().min(1).max(65_535).default(22),
    user: z.string().min(1).max(100),
    host_key: z
      .string()
      .regex(/^SHA256:[A-Za-z0-9+/]{43}$/, "SHA256:… as `ssh-keygen -lf` prints it")
      .describe("Fingerprint of the server's key. Another server is refused."),
    password_file: file.optional().describe("A file with the password; relative to the data folder."),
    key_file: file.optional().describe("A private key in OpenSSH form; relative to the data folder."),
    folder: folder.default("").describe("Folder on the server; relative to where the user arrives."),
  })
  .refine(
    ({ password_file: password, key_file: key }) => (password === undefined) !== (key === undefined),
    "either password_file or key_file",
  );
const webdavPlace = z.strictObject({
  ...place,
  kind: z.literal("webdav"),
  url: z
    .url({ protocol: /^https?$/ })
    .refine((text) => !/^[a-z]+:\/\/[^/]*@/i.test(text), "without a user name or password")
    .refine(
      (text) => text.startsWith("https:") || /^http:\/\/(?:127\.\d+\.\d+\.\d+|\[::1\]|localhost)[:/]/.test(text),
      "https, but for this machine itself",
    )
    .describe("A folder that is there already."),
  user: z.string().min(1).max(200),
  password_file: file.describe("A file with the password; relative to the data folder."),
  ca_file: file.optional().describe("PEM of the authority that signed the server's certificate."),
});

export const backupSection = z
  .strictObject({
    passphrase_file: file
      .default("backup.pass")
      .describe(
        "A file with the passphrase of scheduled backups, 12 characters or more; relative to the data folder. Keep a copy elsewhere: without it no backup can be opened.",
      ),
    every: span("1h", "31d").optional().describe("How often a backup is made."),
    at: z
      .string()
      .regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, "a time of day such as 03:30")
      .optional()
      .describe("When a backup is made each day, by the clock of `locale.time_zone`."),
    keep: z
      .strictObject({
        daily: z.int().min(1).max(366).default(7),
        weekly: z.int().min(0).max(260).default(4),
        monthly: z.int().min(0).max(120).default(6),
      })
      .prefault({})
      .describe("Of how many days, weeks and months a destination keeps the newest backup."),
    destinations: z
      .array(z.discriminatedUnion("kind", [folderPlace, usbPlace, sftpPlace, webdavPlace]))
      .max(8)
      .superRefine(eachOnce("id"))
      .default([]),
  })
  .refine(({ every, at }) => every === undefined || at === undefined, "every or at, not both")
  .describe("Encrypted backups, made and sent by themselves.");
export type BackupSection = z.infer<typeof backupSection>;
export type BackupPlace = BackupSection["destinations"][number];
