// What alerts see of channels and webhooks, of backups, and of certificates.

import type { UnixMs } from "../../base/index.ts";
import type { NoticeDesk } from "../notices/index.ts";
import type { AlertSource } from "./alert-model.ts";

/** Channels and webhooks that cannot be reached, by their name alone. */
export function deliverySource(desk: Pick<NoticeDesk, "targets" | "state" | "attempts">): AlertSource {
  return {
    rules: ["delivery_failing"],
    observe: async () =>
      desk.targets().map((target) => {
        const state = desk.state(target);
        const bad = state !== null && (state.failingSince !== null || state.disabled !== null);
        const reason = state?.disabled?.code ?? desk.attempts(target)[0]?.result;
        const details = bad && reason !== undefined && reason !== "sent" ? { reason } : {};
        // `webhook:erp` reads as `webhook erp`.
        return { rule: "delivery_failing" as const, subject: target.replace(":", " "), value: bad, details };
      }),
  };
}

const DAY_MS = 86_400_000;

export interface BackupFacts {
  /** When the last backup succeeded; null for never. */
  readonly lastAt: UnixMs | null;
  /** When the next one must have been made; null where none is scheduled. */
  readonly dueAt: UnixMs | null;
}

export function backupSource(facts: () => Promise<BackupFacts>, now: () => UnixMs): AlertSource {
  return {
    rules: ["backup_overdue"],
    observe: async () => {
      const { lastAt, dueAt } = await facts();
      const details = lastAt === null ? {} : { days: Math.floor((now() - lastAt) / DAY_MS) };
      return [{ rule: "backup_overdue", subject: "", value: dueAt !== null && now() > dueAt, details }];
    },
  };
}

export interface CertificateFacts {
  readonly name: string;
  readonly expiresAt: UnixMs;
}

export function certificateSource(facts: () => Promise<readonly CertificateFacts[]>, now: () => UnixMs): AlertSource {
  return {
    rules: ["certificate_expiring"],
    observe: async () =>
      (await facts()).map(({ name, expiresAt }) => ({
        rule: "certificate_expiring",
        subject: name,
        value: Math.floor((expiresAt - now()) / DAY_MS),
      })),
  };
}
