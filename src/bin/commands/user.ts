// `numberbox user` and `numberbox token`: people and programs of the box, from its own command line.

import type { Command } from "commander";
import { z } from "zod";
import { setUserPassword } from "../../app/index.ts";
import { AppError, hasCode } from "../../base/index.ts";
import type { CliIo, ExitCode } from "../cli-io.ts";
import { type BoxApi, openBoxApi } from "./box-api.ts";
import { dataFolder } from "./data-option.ts";

interface Options {
  readonly data?: string;
  readonly json?: boolean;
}

const user = z.object({
  id: z.string(),
  name: z.string(),
  role: z.string(),
  state: z.string(),
  second_factor: z.boolean(),
});
const users = z.object({ users: z.array(user) });
const invitation = z.object({ user, code: z.string(), expires_at: z.int() });
const token = z.object({
  ...{ name: z.string(), scopes: z.array(z.string()), internal: z.boolean(), expired: z.boolean() },
  ...{ used_at: z.int().nullable(), expires_at: z.int().nullable() },
});
const tokens = z.object({ tokens: z.array(token) });

const dateOf = (at: number | null): string =>
  at === null ? "-" : new Date(at).toISOString().slice(0, 16).replace("T", " ");
const open = (io: CliIo, options: Options): Promise<BoxApi> => openBoxApi(io, dataFolder(io, options.data));

function print(io: CliIo, options: Options, value: object, lines: readonly string[]): void {
  io.out(options.json === true ? `${JSON.stringify(value)}\n` : lines.map((line) => `${line}\n`).join(""));
}

async function listUsers(io: CliIo, options: Options): Promise<void> {
  const found = await (await open(io, options)).call({ method: "GET", path: "users", reply: users });
  const lines = found.users.map(({ name, role, state, second_factor: second }) =>
    [name, role, state, ...(second ? ["second factor"] : [])].join("  "),
  );
  print(io, options, found, lines);
}

async function addUser(io: CliIo, name: string, options: Options & { readonly role: string }): Promise<void> {
  const api = await open(io, options);
  const made = await api.call({ method: "POST", path: "users", body: { name, role: options.role }, reply: invitation });
  const link = `/invitation#${name}/${made.code}`;
  print(io, options, { ...made, link }, [
    `Give ${name} this link, behind the address of the console. It works once, until ${dateOf(made.expires_at)} UTC:`,
    `  ${link}`,
  ]);
}

async function idOf(api: BoxApi, name: string): Promise<string> {
  const found = (await api.call({ method: "GET", path: "users", reply: users })).users.find(
    (each) => each.name === name,
  );
  if (found !== undefined) return found.id;
  throw new AppError("web.unknown_user", "there is no such user", { hint: "`numberbox user list` names them." });
}

async function removeUser(io: CliIo, name: string, options: Options): Promise<void> {
  const api = await open(io, options);
  await api.call({ method: "DELETE", path: `users/${encodeURIComponent(await idOf(api, name))}`, reply: z.null() });
}

async function askPassword(io: CliIo, name: string): Promise<string> {
  const password = (await io.readSecret?.(`New password of ${name}: `)) ?? (await io.readLine?.()) ?? null;
  if (password !== null && password !== "") return password;
  throw new AppError("user.no_password", "no password was typed", {
    hint: "Type it, or pipe one line into the command.",
  });
}

/** With the box running over its own access; with the box stopped in its database. */
async function resetUser(
  io: CliIo,
  name: string,
  options: Options & { readonly secondFactor?: boolean },
): Promise<void> {
  const password = await askPassword(io, name);
  const folder = dataFolder(io, options.data);
  const api = await openBoxApi(io, folder).catch((error: unknown) => {
    if (hasCode(error, "app.not_running")) return null;
    throw error;
  });
  if (api === null) await setUserPassword({ ...io, dataFolder: folder }, { name, password, ...options });
  else {
    const body = { password, second_factor: options.secondFactor === true };
    await api.call({ method: "POST", path: `users/${encodeURIComponent(name)}/password`, body, reply: z.null() });
  }
  io.out(`${name} signs in with the new password. All earlier sessions have ended.\n`);
}

async function listTokens(io: CliIo, options: Options): Promise<void> {
  const found = await (await open(io, options)).call({ method: "GET", path: "tokens", reply: tokens });
  const lines = found.tokens.map(({ name, scopes, internal, expired, used_at: used, expires_at: expires }) => {
    const notes = [internal ? "of the box itself" : null, expired ? "expired" : expires && `until ${dateOf(expires)}`];
    return [name, scopes.join(","), `last used ${dateOf(used)}`, ...notes.filter(Boolean)].join("  ");
  });
  print(io, options, found, lines);
}

interface CreateOptions extends Options {
  readonly scope: readonly string[];
  readonly days?: string;
}

async function createToken(io: CliIo, name: string, options: CreateOptions): Promise<void> {
  const api = await open(io, options);
  const days = options.days === undefined ? null : Number(options.days);
  const body = { name, scopes: options.scope.length === 0 ? ["read"] : options.scope, days };
  const made = await api.call({ method: "POST", path: "tokens", body, reply: z.object({ token: z.string() }) });
  print(io, options, made, [made.token]);
}

async function revokeToken(io: CliIo, name: string, options: Options): Promise<void> {
  await (await open(io, options)).call({
    method: "DELETE",
    path: `tokens/${encodeURIComponent(name)}`,
    reply: z.null(),
  });
}

const collect = (value: string, before: readonly string[]): readonly string[] => [...before, value];
const common = (command: Command): Command =>
  command.option("--data <folder>", "data folder of the box (default: NUMBERBOX_DATA)").option("--json", "as JSON");

function registerUsers(program: Command, io: CliIo): void {
  const group = program.command("user").description("the people who may sign in");
  common(group.command("list").description("who there is")).action(async (options: Options) => listUsers(io, options));
  common(group.command("add").description("invite somebody; prints a link that works once").argument("<name>"))
    .option("--role <role>", "owner, operator or viewer", "operator")
    .action(async (name: string, options: Options & { role: string }) => addUser(io, name, options));
  common(
    group
      .command("reset")
      .description(
        "set a user's password: it is asked for, or read from standard input; works with the box stopped too",
      )
      .argument("[name]", "user", "owner"),
  )
    .option("--second-factor", "take away his second factor and passkeys too")
    .action(async (name: string, options: Options & { secondFactor?: boolean }) => resetUser(io, name, options));
  common(group.command("remove").description("remove a user").argument("<name>")).action(
    async (name: string, options: Options) => removeUser(io, name, options),
  );
}

export function registerUser(program: Command, io: CliIo, _setExit: (code: ExitCode) => void): void {
  registerUsers(program, io);
  const group = program.command("token").description("API tokens, for programs");
  common(group.command("list").description("what there is, and when each was used last")).action(
    async (options: Options) => listTokens(io, options),
  );
  common(group.command("create").description("make a token; prints it once").argument("<name>"))
    .option("--scope <scope>", "read, operate, manage or content; may be given again (default: read)", collect, [])
    .option("--days <n>", "ends after so many days (default: never)")
    .action(async (name: string, options: CreateOptions) => createToken(io, name, options));
  common(group.command("revoke").description("revoke a token").argument("<name>")).action(
    async (name: string, options: Options) => revokeToken(io, name, options),
  );
}
