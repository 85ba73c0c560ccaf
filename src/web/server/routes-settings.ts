// REST: the box's settings, their history, and the restart.

import { z } from "zod";
import type { SettingsConsole } from "../../core/index.ts";
import {
  restartView,
  secretName,
  secretRequest,
  secretView,
  settingsAppliedView,
  settingsHistoryView,
  settingsPatchRequest,
  settingsPlanRequest,
  settingsPlanView,
  settingsUndoRequest,
  settingsView,
} from "../../protocol/index.ts";
import { nameOf, type Principal } from "./access.ts";
import { type Call, type Operation, operation } from "./operation.ts";

/** A raw text is up to 400 000 characters, in JSON. */
const BODY_BYTES = 1024 * 1024;
const byOf = (principal: Principal | null): string => (principal === null ? "" : nameOf(principal));

/** The body's `revision`, else that of If-Match. */
function revisionOf({
  body,
  request,
}: Call<unknown, unknown, { readonly revision?: string | undefined }>): string | null {
  const [, header] = /^(?:W\/)?"?([0-9a-f]{32})"?$/.exec(request.get("if-match") ?? "") ?? [];
  return body.revision ?? header ?? null;
}

const common = { scope: "manage", tag: "Settings" } as const;
const refusals = ["settings.conflict", "settings.invalid", "settings.bad_path", "settings.unknown_version"] as const;

function readingOperations(settings: SettingsConsole): readonly Operation[] {
  return [
    operation({
      ...{ ...common, method: "get", path: "/settings", reply: settingsView },
      summary: "The configuration, and what of it the running box does not use yet",
      run: async ({ response }) => {
        const view = await settings.view();
        response.set("ETag", `"${view.revision}"`);
        return view;
      },
    }),
    operation({
      ...{ ...common, method: "get", path: "/settings/schema", scope: "read" },
      summary: "Every setting, as JSON Schema",
      reply: z.record(z.string(), z.unknown()),
      run: () => ({ ...settings.schema() }),
    }),
    operation({
      ...{ ...common, method: "get", path: "/settings/history", reply: settingsHistoryView },
      summary: "The last versions of the configuration",
      run: () => settings.history(),
    }),
    operation({
      ...{ ...common, method: "post", path: "/settings/plan", body: settingsPlanRequest, reply: settingsPlanView },
      ...{ bodyBytes: BODY_BYTES, errors: ["settings.bad_path", "settings.unknown_version"] },
      summary: "What a change would do: problems, difference, and what needs a restart",
      run: ({ body }) => settings.plan(body.change),
    }),
  ];
}

export function settingsOperations(settings: SettingsConsole): readonly Operation[] {
  return [
    ...readingOperations(settings),
    operation({
      ...{ ...common, method: "patch", path: "/settings", body: settingsPatchRequest, reply: settingsAppliedView },
      ...{ bodyBytes: BODY_BYTES, errors: refusals },
      summary: "Change settings",
      description: "All or nothing. With a revision, in the body or as If-Match, only that version is changed.",
      run: (call) => {
        const { change, summary } = call.body;
        return settings.apply({ change, summary, revision: revisionOf(call), by: byOf(call.principal) });
      },
    }),
    operation({
      ...{ ...common, method: "post", path: "/settings/undo", body: settingsUndoRequest, reply: settingsAppliedView },
      errors: [...refusals, "settings.nothing_to_undo"],
      summary: "Return to the version before, or to a given one",
      run: (call) => {
        const { to } = call.body;
        const request = { revision: revisionOf(call), by: byOf(call.principal) };
        return to === undefined ? settings.undo(request) : settings.apply({ ...request, change: { restore: to } });
      },
    }),
    operation({
      ...{ ...common, method: "put", path: "/settings/secrets/{name}", body: secretRequest, reply: secretView },
      params: z.strictObject({ name: secretName }),
      summary: "Keep a password or key in a file that nothing reads back",
      run: ({ params, body, principal }) => settings.putSecret(params.name, body.value, byOf(principal)),
    }),
    operation({
      ...{ ...common, method: "post", path: "/box/restart", reply: restartView, status: 202, idempotent: false },
      errors: ["box.cannot_restart"],
      summary: "Start the box anew with the configuration as it is now",
      run: async ({ principal }) => {
        await settings.restart(byOf(principal));
        return { restarting: true } as const;
      },
    }),
  ];
}
