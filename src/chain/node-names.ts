// Names: reading them, and the three operations that write them. Where the node takes a value type, it is `base64`, always: any other
// word there would make it read or write a file.

import { z } from "zod";
import { AppError, hasCode, toBase64 } from "../base/index.ts";
import type { NameChange, NameReader, NameRecord, NameWrite, NameWriter, PendingName } from "../core/index.ts";
import { type NameChangeReply, nameHistory, nameMempool, nameRows, nameShow, txid } from "./rpc-schemas.ts";
import type { RpcSession } from "./rpc-session.ts";

const BASE64 = "base64";
const MAX_NAME = 512;
const MAX_VALUE = 20_480;

const OPERATIONS = { name_new: "new", name_update: "update", name_delete: "delete" } as const;

/** JSON cannot carry other bytes to the node and back. */
function checkName(name: string): string {
  if (name.length >= 1 && name.length <= MAX_NAME && /^[\x21-\x7e]+$/.test(name)) return name;
  throw new AppError("emercoin.bad_name", `a name must be 1 to ${MAX_NAME} visible ASCII characters`, {
    hint: "Choose another name.",
    context: { length: name.length },
  });
}

function checkWrite({ value, days }: NameWrite): void {
  if (value.length < 1 || value.length > MAX_VALUE) {
    throw new AppError("emercoin.bad_name", `a name's value must be 1 to ${MAX_VALUE} bytes`, {
      hint: "Shorten it.",
      context: { bytes: value.length },
    });
  }
  if (!Number.isInteger(days) || days < 0 || days > 36_600) {
    throw new AppError("emercoin.bad_name", "a name's term must be a whole number of days up to 36600", {
      hint: "Use 365 for a year.",
    });
  }
}

function change(name: string, reply: NameChangeReply): PendingName {
  return {
    name,
    txid: reply.txid,
    operation: OPERATIONS[reply.operation],
    address: reply.address,
    value: reply.operation === "name_delete" ? null : (reply.value ?? new Uint8Array(0)),
    days: reply.days_added ?? 0,
    mine: reply.address_is_mine === "true",
  };
}

const isUnknown = (error: unknown): boolean => hasCode(error, "emercoin.unknown_name");

export function nameReader(rpc: RpcSession): NameReader {
  return {
    name: async (name): Promise<NameRecord | null> => {
      const found = await rpc.read("name_show", [checkName(name), BASE64], { reply: nameShow }).catch((error) => {
        if (isUnknown(error)) return null;
        throw error;
      });
      if (found === null) return null;
      const { value, vout, address, expires_at: expiresAt, deleted, expired } = found;
      const state = deleted ? "deleted" : expired ? "expired" : "active";
      return { name, value, txid: found.txid, vout, address, expiresAt, state };
    },
    names: async ({ pattern, from, count }) => {
      const rows = await rpc.read("name_filter", [pattern, 0, from, count, "", BASE64], { reply: nameRows });
      return rows.map(({ registered_at: registeredAt, expires_in: expiresIn, ...row }) => ({
        ...row,
        registeredAt,
        expiresIn,
      }));
    },
    nameHistory: async (name): Promise<readonly NameChange[]> => {
      const params = [checkName(name), true, BASE64];
      const rows = await rpc.read("name_history", params, { reply: nameHistory }).catch((error) => {
        if (isUnknown(error)) return [];
        throw error;
      });
      return rows.map((row) => ({ ...change(name, row), height: row.height }));
    },
    pendingNames: async () => {
      const rows = await rpc.read("name_mempool", [BASE64], { reply: nameMempool });
      return rows.map((row) => change(row.name, row));
    },
  };
}

export function nameWriter(rpc: RpcSession): NameWriter {
  const write = async (method: "name_new" | "name_update", wish: NameWrite): Promise<string> => {
    checkWrite(wish);
    const { name, value, days, address } = wish;
    const params = [checkName(name), toBase64(value), days, address, BASE64];
    return await rpc.write(method, params, { reply: txid });
  };
  return {
    newName: (wish) => write("name_new", wish),
    updateName: (wish) => write("name_update", wish),
    deleteName: (name) => rpc.write("name_delete", [checkName(name)], { reply: z.string() }),
  };
}
