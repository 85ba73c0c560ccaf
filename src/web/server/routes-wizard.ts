// REST: the first-run wizard. What it decides is stored through the settings; here is what it asks before.

import { Secret } from "../../base/index.ts";
import type { WizardConsole } from "../../core/index.ts";
import {
  findingsReply,
  identityBackupRequest,
  identityConfirmRequest,
  identityImportReply,
  identityImportRequest,
  nodeTestRequest,
  ownIdentityView,
  relayTestRequest,
  wizardMark,
  wizardView,
} from "../../protocol/index.ts";
import { KEYFILE_ERRORS } from "./error-groups.ts";
import { type Operation, operation } from "./operation.ts";

const tag = "First run";
const scope = "manage";

function identityOperations(wizard: WizardConsole): readonly Operation[] {
  return [
    operation({
      ...{ method: "get", path: "/wizard/identity", scope: "read", tag, reply: ownIdentityView },
      summary: "The identity of this box, and whether it has a backup",
      run: () => wizard.identity(),
    }),
    operation({
      ...{
        method: "post",
        path: "/wizard/identity/backup",
        scope,
        tag,
        body: identityBackupRequest,
        idempotent: false,
      },
      summary: "The identity as a key file, sealed by a passphrase",
      download: "application/json",
      run: async ({ body }) => {
        const { fileName, text } = await wizard.backup(new Secret(body.passphrase));
        return { fileName, content: Buffer.from(text, "utf8") };
      },
    }),
    operation({
      ...{ method: "post", path: "/wizard/identity/confirm", scope, tag, body: identityConfirmRequest },
      ...{ reply: ownIdentityView, errors: ["wizard.other_identity", ...KEYFILE_ERRORS], idempotent: false },
      summary: "Show that the backup is kept and can be opened",
      run: ({ body }) => wizard.confirmBackup(body.text, new Secret(body.passphrase)),
    }),
    operation({
      ...{ method: "post", path: "/wizard/identity/import", scope, tag, body: identityImportRequest },
      ...{
        reply: identityImportReply,
        errors: ["wizard.identity_in_use", "wizard.passphrase_needed", ...KEYFILE_ERRORS],
        idempotent: false,
      },
      summary: "Use the identity of a key file from the next start on",
      run: async ({ body: { text, passphrase } }) => {
        const secret = passphrase === undefined ? null : new Secret(passphrase);
        const { restartNeeded, ...identity } = await wizard.importIdentity(text, secret);
        return { ...identity, restart_needed: restartNeeded };
      },
    }),
  ];
}

export function wizardOperations(wizard: WizardConsole): readonly Operation[] {
  return [
    operation({
      ...{ method: "get", path: "/wizard", scope: "read", tag, reply: wizardView },
      summary: "How far the first-run wizard is",
      run: () => wizard.view(),
    }),
    operation({
      ...{ method: "patch", path: "/wizard", scope, tag, body: wizardMark, reply: wizardView },
      summary: "Mark a step of the wizard, or leave it for good",
      run: ({ body }) => wizard.mark(body),
    }),
    operation({
      ...{ method: "get", path: "/wizard/network", scope, tag, reply: findingsReply },
      summary: "Addresses, name service, time, and what the box is configured to reach",
      run: () => wizard.network(),
    }),
    ...identityOperations(wizard),
    operation({
      ...{ method: "post", path: "/wizard/node/test", scope, tag, body: nodeTestRequest, reply: findingsReply },
      summary: "Ask an Emercoin node, and store nothing",
      idempotent: false,
      run: ({ body }) => wizard.testNode(body),
    }),
    operation({
      ...{ method: "post", path: "/wizard/relay/test", scope, tag, body: relayTestRequest, reply: findingsReply },
      summary: "Ask a relay whether it is one, and whether it knows this box",
      idempotent: false,
      run: ({ body }) => wizard.testRelay(body),
    }),
  ];
}
