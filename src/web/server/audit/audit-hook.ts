// The one place where requests are written down: every change and every refusal of somebody known, and every way in.

import type { RequestHandler } from "express";
import type { Clock } from "../../../base/index.ts";
import { operationId } from "../../../openapi/index.ts";
import { type Access, nameOf } from "../access.ts";
import type { Method } from "../operation.ts";
import { addressOf } from "../visit.ts";
import type { AuditTrail } from "./audit-trail.ts";

export interface AuditHookDeps {
  readonly access: Access;
  readonly trail: AuditTrail;
  readonly clock: Clock;
}

/** Ways in, which are written down whoever tries them. */
const ENTRANCES = /^\/(?:setup|invitation|session(?:\/(?:second-step|passkey))?)$/;

const methods: readonly Method[] = ["get", "post", "put", "patch", "delete"];

const textOf = (value: unknown): string | null => (typeof value === "string" ? value : null);

export function auditHook({ access, trail, clock }: AuditHookDeps): RequestHandler {
  return (request, response, next) => {
    const isWrite = request.method !== "GET" && request.method !== "HEAD";
    response.once("close", () => {
      const path = textOf(request.route?.path);
      const method = methods.find((each) => each === request.method.toLowerCase());
      if (path === null || method === undefined) return;
      const { auditActor, auditNote, auditTarget, problemCode } = response.locals;
      const principal = access.principalOf(request);
      const actor = textOf(auditActor) ?? (principal === null ? "" : nameOf(principal));
      const isRefused = response.statusCode === 403 && principal !== null;
      const isEntrance = isWrite && ENTRANCES.test(path);
      if (!isRefused && !isEntrance && !(isWrite && principal !== null)) return;
      trail.add({
        ...{ at: clock.now(), actor, address: addressOf(request), status: response.statusCode },
        operation: operationId({ method, path: path.replace(/:(\w+)/g, "{$1}") }),
        target: textOf(auditTarget) ?? "",
        ...{ code: textOf(problemCode), note: textOf(auditNote) },
      });
    });
    next();
  };
}
