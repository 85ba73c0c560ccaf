// REST: the audit trail, for those who manage the box.

import { z } from "zod";
import { auditReply } from "../shared/accounts.ts";
import type { AuditTrail } from "./audit/audit-trail.ts";
import { type Operation, operation } from "./operation.ts";

const whole = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,15}$/, "a whole number")
    .transform(Number)
    .pipe(z.int().min(min).max(max));

const auditQuery = z.strictObject({
  before: whole(1, Number.MAX_SAFE_INTEGER).optional(),
  limit: whole(1, 500).default(100),
  actor: z.string().max(64).default(""),
  operation: z.string().max(64).default(""),
});

export function auditOperations(trail: AuditTrail): readonly Operation[] {
  return [
    operation({
      ...{ method: "get", path: "/audit", scope: "manage", tag: "Audit", query: auditQuery, reply: auditReply },
      summary: "Who changed what, and from where, newest first",
      run: async ({ query: { before = null, ...query } }) => {
        const rows = await trail.find({ ...query, before });
        return { rows: [...rows], next: rows.length < query.limit ? null : (rows.at(-1)?.seq ?? null) };
      },
    }),
  ];
}
