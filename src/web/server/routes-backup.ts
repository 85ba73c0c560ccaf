// REST: backups of this box, and a box made out of one.

import { Readable } from "node:stream";
import type { BackupConsole } from "../../core/index.ts";
import {
  backupCheck,
  backupContents,
  backupDownload,
  backupRestore,
  backupRestored,
  backupsOnSticks,
  backupTake,
  backupUploaded,
  backupView,
} from "../../protocol/index.ts";
import { nameOf } from "./access.ts";
import { pieceOf, pieceQuery } from "./file-pieces.ts";
import { type Operation, operation } from "./operation.ts";

const common = { scope: "manage", tag: "Backup" } as const;
/** Of what reads a backup. */
const UNREADABLE = [
  ...["archive.not_archive", "archive.wrong_passphrase", "archive.truncated", "archive.damaged", "archive.too_large"],
  ...["archive.newer_version", "archive.bad_manifest", "archive.unsafe_name", "restore.newer_schema"],
  ...["backup.none_handed_in", "keystore.empty_passphrase"],
];
function makingOperations(backups: BackupConsole): readonly Operation[] {
  return [
    operation({
      ...{ ...common, method: "get", path: "/backup", scope: "operate", reply: backupView },
      summary: "When backups were made, where they are, and when the next is due",
      run: () => backups.view(),
    }),
    operation({
      ...{ ...common, method: "post", path: "/backup/run", scope: "operate", reply: backupView, status: 202 },
      summary: "Make a backup now and bring it to all destinations",
      errors: ["backup.running", "backup.no_destination"],
      run: () => {
        backups.run();
        return backups.view();
      },
    }),
    operation({
      ...{ ...common, method: "post", path: "/backup/download", body: backupDownload },
      summary: "A backup made now, sealed under a passphrase",
      download: "application/octet-stream",
      idempotent: false,
      errors: ["backup.running", "backup.weak_passphrase", "backup.changed", "store.full"],
      run: async ({ body }) => {
        const { fileName, content } = await backups.download(body.passphrase);
        return { fileName, content: Readable.from(content, { objectMode: false }) };
      },
    }),
  ];
}

function restoringOperations(backups: BackupConsole): readonly Operation[] {
  return [
    operation({
      ...{ ...common, method: "post", path: "/backup/upload", query: pieceQuery, reply: backupUploaded },
      summary: "Hand in a backup, piece by piece; offset 0 begins anew",
      upload: "application/octet-stream",
      idempotent: false,
      errors: [
        "backup.piece_too_large",
        "backup.wrong_offset",
        "backup.too_large",
        "backup.not_taken",
        "backup.no_space",
      ],
      run: async ({ request, query }) => await backups.accept(query.offset, pieceOf(request, "backup")),
    }),
    operation({
      ...{ ...common, method: "get", path: "/backup/sticks", reply: backupsOnSticks },
      summary: "Backups on USB sticks that are plugged into the box",
      run: async () => ({ backups: [...(await backups.onSticks())] }),
    }),
    operation({
      ...{ ...common, method: "post", path: "/backup/take", body: backupTake, reply: backupUploaded },
      summary: "Take a backup from a stick, as if it were handed in",
      idempotent: false,
      errors: ["backup.stick_gone", "backup.too_large", "backup.not_taken", "backup.no_space"],
      run: async ({ body }) => await backups.takeFromStick(body.id),
    }),
    operation({
      ...{ ...common, method: "post", path: "/backup/check", body: backupCheck, reply: backupContents },
      summary: "Check what was handed in to the last byte, and say what is in it",
      idempotent: false,
      errors: UNREADABLE,
      run: ({ body }) => backups.check(body.passphrase),
    }),
    operation({
      ...{
        ...common,
        method: "post",
        path: "/backup/restore",
        body: backupRestore,
        reply: backupRestored,
        status: 202,
      },
      summary: "Put what was handed in in place of this box, and start it anew",
      description: "The files of the box as it is are kept in its data folder.",
      idempotent: false,
      errors: [...UNREADABLE, "backup.other_one", "backup.not_confirmed", "box.cannot_restart", "restore.no_space"],
      run: async ({ body, principal }) => {
        await backups.restore({ ...body, by: principal === null ? "" : nameOf(principal) });
        return { restarting: true };
      },
    }),
  ];
}

export function backupOperations(backups: BackupConsole): readonly Operation[] {
  return [...makingOperations(backups), ...restoringOperations(backups)];
}
