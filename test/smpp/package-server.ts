// A server made with the npm package `smpp`, which brings no types: what of it is used has its shape here.

import { createRequire } from "node:module";
import type { AddressInfo, Server } from "node:net";

interface PackagePdu {
  readonly command: string;
  readonly command_status: number;
  readonly system_id: string;
  readonly password: string;
  response(fields?: Readonly<Record<string, unknown>>): unknown;
}

interface PackageSession {
  on(event: string, listener: (pdu: PackagePdu) => void): void;
  send(pdu: unknown): void;
  close(): void;
  deliver_sm(fields: Readonly<Record<string, unknown>>, answered: (pdu: PackagePdu) => void): void;
  enquire_link(answered: (pdu: PackagePdu) => void): void;
}

interface Package {
  createServer(listener: (session: PackageSession) => void): Server;
}

export interface BoundSession {
  /** Resolves with the command status of the answer. */
  deliver(fields: Readonly<Record<string, unknown>>): Promise<number>;
  enquire(): Promise<number>;
  readonly unbound: Promise<boolean>;
}

export interface PackageServer {
  readonly url: string;
  readonly bound: Promise<BoundSession>;
  stop(): Promise<void>;
}

const RBINDFAIL = 0x0d;

function serve(session: PackageSession, account: { systemId: string; password: string }): Promise<BoundSession> {
  const unbound = new Promise<boolean>((resolve) => {
    session.on("unbind", (pdu) => {
      session.send(pdu.response());
      session.close();
      resolve(true);
    });
  });
  session.on("enquire_link", (pdu) => session.send(pdu.response()));
  session.on("error", () => session.close());
  return new Promise((resolve) => {
    session.on("bind_receiver", (pdu) => {
      const known = pdu.system_id === account.systemId && pdu.password === account.password;
      session.send(pdu.response(known ? { system_id: "package" } : { command_status: RBINDFAIL }));
      if (!known) return session.close();
      resolve({
        unbound,
        deliver: (fields) => new Promise((done) => session.deliver_sm(fields, (answer) => done(answer.command_status))),
        enquire: () => new Promise((done) => session.enquire_link((answer) => done(answer.command_status))),
      });
    });
  });
}

export async function startPackageServer(account: { systemId: string; password: string }): Promise<PackageServer> {
  const smpp = createRequire(import.meta.url)("smpp") as Package;
  const bound = Promise.withResolvers<BoundSession>();
  const server = smpp.createServer((session) => {
    void serve(session, account).then(bound.resolve);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `smpp://127.0.0.1:${port}`,
    bound: bound.promise,
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
