// Webhooks are a section of the configuration. Who makes, changes or deletes one changes that file, by the same way as every other
// setting: judged first, written whole, with a version to go back to.

import { AppError, type Random, toBase64 } from "../../base/index.ts";
import type {
  SettingsChange,
  WebhookChanged,
  WebhookMade,
  WebhookPatch,
  WebhookRequest,
  WebhookSettings,
} from "../../protocol/index.ts";
import type { SettingsConsole } from "../ports-settings.ts";

export interface WebhookConsole {
  /** With its whole address. Errors: `notify.unknown_target`. */
  one(id: string): WebhookSettings;
  /** Errors: `webhook.exists`, `settings.invalid`. */
  create(request: WebhookRequest, by: string): Promise<WebhookMade>;
  /** Errors: `notify.unknown_target`, `settings.invalid`. */
  change(id: string, patch: WebhookPatch, by: string): Promise<WebhookChanged>;
  /** Errors: `notify.unknown_target`. */
  remove(id: string, by: string): Promise<WebhookChanged>;
  /** A new signing key; what is sent is signed with the old one too, until the next new one. Errors: `notify.unknown_target`. */
  renewKey(id: string, by: string): Promise<string>;
}

export interface WebhookEditorDeps {
  readonly settings: Pick<SettingsConsole, "view" | "plan" | "apply" | "putSecret">;
  readonly random: Random;
  /** Those that the box uses. */
  readonly hooks: () => readonly WebhookSettings[];
  /** The file with a hook's key; rejects where it cannot be read. */
  readonly readKey: (id: string) => Promise<string>;
}

const KEY_BYTES = 32;
const NO_SUCH = { hint: "Take one of the list." };

/** A hook as the file has it, with its place among the others. */
interface Placed {
  readonly at: number;
  readonly revision: string;
  readonly hook: Readonly<Record<string, unknown>>;
}

function sectionOf(values: unknown): readonly Readonly<Record<string, unknown>>[] {
  const list: unknown = typeof values === "object" && values !== null && "webhooks" in values ? values.webhooks : [];
  return Array.isArray(list) ? list.filter((each) => typeof each === "object" && each !== null) : [];
}

const pathTo = (at: number, ...rest: readonly string[]): (string | number)[] => ["webhooks", at, ...rest];

export class WebhookEditor implements WebhookConsole {
  readonly #deps: WebhookEditorDeps;

  constructor(deps: WebhookEditorDeps) {
    this.#deps = deps;
  }

  one(id: string): WebhookSettings {
    const found = this.#deps.hooks().find((hook) => hook.id === id);
    if (found !== undefined) return found;
    throw new AppError("notify.unknown_target", "there is no such webhook", NO_SUCH);
  }

  async create({ id, url, events, content }: WebhookRequest, by: string): Promise<WebhookMade> {
    const { settings } = this.#deps;
    const { values, revision } = await settings.view();
    const hooks = sectionOf(values);
    if (hooks.some((hook) => hook.id === id)) {
      throw new AppError("webhook.exists", "there is a webhook of this name", { hint: "Choose another name." });
    }
    const name = secretName(id);
    const hook = { id, url, events, secret_file: `secrets/${name}`, ...(content === undefined ? {} : { content }) };
    const change = { patch: [{ path: pathTo(hooks.length), value: hook }] };
    // Nothing is written for a hook that will not be: then `apply` says why.
    const { problems, diff } = await settings.plan(change);
    const secret = this.#newKey();
    if (problems.length === 0) await settings.putSecret(name, secret, by);
    const applied = await settings.apply({ change, revision, by, summary: `webhook ${id} added` });
    return { revision: applied.revision, diff, secret };
  }

  async change(id: string, { url, events, content }: WebhookPatch, by: string): Promise<WebhookChanged> {
    const { at, revision, hook } = await this.#place(id);
    const patch = [
      ...(url === undefined ? [] : [{ path: pathTo(at, "url"), value: url }]),
      ...(events === undefined ? [] : [{ path: pathTo(at, "events"), value: events }]),
      ...(content === undefined || content === null ? [] : [{ path: pathTo(at, "content"), value: content }]),
      ...(content === null && hook.content !== undefined
        ? [{ path: pathTo(at, "content"), delete: true as const }]
        : []),
    ];
    return await this.#apply({ patch }, revision, by, `webhook ${id} changed`);
  }

  /** Its key stays in its file, so that going back to the version before brings it back whole. */
  async remove(id: string, by: string): Promise<WebhookChanged> {
    const { at, revision } = await this.#place(id);
    const patch = [{ path: pathTo(at), delete: true as const }];
    return await this.#apply({ patch }, revision, by, `webhook ${id} deleted`);
  }

  async renewKey(id: string, by: string): Promise<string> {
    const { at, revision, hook } = await this.#place(id);
    const [old = ""] = (await this.#deps.readKey(id).catch(() => "")).split(/\r?\n/);
    const secret = this.#newKey();
    const { file } = await this.#deps.settings.putSecret(secretName(id), [secret, old].join("\n").trim(), by);
    if (hook.secret_file !== file) {
      const patch = [{ path: pathTo(at, "secret_file"), value: file }];
      await this.#apply({ patch }, revision, by, `webhook ${id} signs with a new key`);
    }
    return secret;
  }

  async #place(id: string): Promise<Placed> {
    const { values, revision } = await this.#deps.settings.view();
    const hooks = sectionOf(values);
    const at = hooks.findIndex((hook) => hook.id === id);
    const hook = hooks[at];
    if (hook === undefined) throw new AppError("notify.unknown_target", "there is no such webhook", NO_SUCH);
    return { at, revision, hook };
  }

  async #apply(change: SettingsChange, revision: string, by: string, summary: string): Promise<WebhookChanged> {
    const { settings } = this.#deps;
    const { diff } = await settings.plan(change);
    const applied = await settings.apply({ change, revision, by, summary });
    return { revision: applied.revision, diff };
  }

  /** By the Standard Webhooks specification. */
  #newKey(): string {
    return `whsec_${toBase64(this.#deps.random.bytes(KEY_BYTES))}`;
  }
}

/** Names of files of secrets are as strict as ids. */
const secretName = (id: string): string => `webhook-${id}`;
