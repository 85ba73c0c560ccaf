// A line's number in the chain's telephone book: written only where the owner switched it on and typed the number again, by an address
// that owns nothing else (reference/emercoin.md section 7; decisions H8 and H9).

import { AppError, type CoinCrypto, type E164, equalBytes, type LineId, utf8 } from "../../base/index.ts";
import { enumName, enumValue, parseEnumValue } from "../../registry/index.ts";
import { type EnumFindings, type EnumNode, isSignedByVerifier, lookupEnum } from "./enum-lookup.ts";
import {
  checkOwner,
  type EnumConsent,
  type EnumSettings,
  enumDisabled,
  enumWarnings,
  lastOwn,
  MAX_ENUM_RECORDS,
  missingConsent,
  type NumberedRecord,
  placeFor,
  sipUri,
} from "./enum-rules.ts";
import type { NamePlan, NamePublication, NamePublisher, NameWish } from "./name-publication.ts";
import type { CoinWallet, NameReader, WalletGate } from "./ports-chain.ts";
import { problemOf } from "./publication-problems.ts";

export interface EnumLine {
  readonly id: LineId;
  readonly number: E164;
  /** Whether a listing of it is in the chain or on its way. */
  readonly listed: boolean;
}

export interface EnumRequest extends EnumConsent {
  /** A line's id or number. */
  readonly line: string;
  readonly sip: string;
  /** By the verifier over the record's name, where his key is not in this wallet. */
  readonly signature: string | null;
}

export interface EnumPlan extends NamePlan {
  readonly warnings: readonly string[];
}

export interface EnumPublishingDeps {
  readonly node: NameReader & EnumNode & Pick<CoinWallet, "owns" | "signMessage">;
  readonly gate: WalletGate;
  readonly publisher: NamePublisher;
  readonly crypto: CoinCrypto;
  readonly settings: EnumSettings;
  /** By id or number. Throws `listing.unknown_line`. */
  readonly line: (text: string) => EnumLine;
  /** Names of this box whose owners must not be linked to a number. */
  readonly otherNames: () => readonly string[];
}

interface Prepared {
  readonly wish: NameWish;
  readonly warnings: readonly string[];
  readonly missing: AppError | null;
}

export class EnumPublishing {
  readonly #deps: EnumPublishingDeps;

  constructor(deps: EnumPublishingDeps) {
    this.#deps = deps;
  }

  /** Also where publishing is switched off. */
  async lookup(number: E164): Promise<EnumFindings> {
    return await lookupEnum(this.#deps.node, this.#deps.crypto, number);
  }

  /**
   * Value, cost and warnings; consent that lacks is the plan's problem. Errors: `listing.unknown_line`, `enum.disabled`, `enum.bad_sip`,
   * `enum.full`, `enum.no_verifier`, `enum.not_verifier`, `enum.bad_signature`, `enum.foreign_address`, `enum.linked_address`.
   */
  async plan(request: EnumRequest): Promise<EnumPlan> {
    const { wish, warnings, missing } = await this.#prepare(request);
    const plan = await this.#deps.publisher.plan(wish);
    return { ...plan, warnings, problem: missing === null ? plan.problem : problemOf(missing) };
  }

  /** Resolves when the wish is durable. Errors: those of `plan` and of the publisher, `enum.not_confirmed`, `enum.listed`. */
  async publish(request: EnumRequest): Promise<NamePublication> {
    const { wish, missing } = await this.#prepare(request);
    if (missing !== null) throw missing;
    return await this.#deps.publisher.submit(wish);
  }

  /** Errors: `listing.unknown_line`, `enum.not_published`. Also where publishing is switched off. */
  async planRemoval(line: string): Promise<NamePlan> {
    return await this.#deps.publisher.plan(await this.#removal(line));
  }

  async remove(line: string): Promise<NamePublication> {
    return await this.#deps.publisher.submit(await this.#removal(line));
  }

  async #removal(text: string): Promise<NameWish> {
    const { record } = lastOwn(await this.#records(this.#deps.line(text).number));
    return {
      ...{ purpose: "enum", operation: "delete", name: record.name },
      ...{ value: new Uint8Array(0), days: 0, address: null },
    };
  }

  async #prepare(request: EnumRequest): Promise<Prepared> {
    const { settings, line } = this.#deps;
    const { number, listed } = line(request.line);
    if (!settings.enabled) throw enumDisabled();
    const uri = sipUri(request.sip);
    const { at, own } = placeFor(await this.#records(number));
    const name = enumName(number, at);
    const value = await this.#value(name, uri, request.signature);
    const same = own !== null && equalBytes(own.value, value);
    const term = own === null || same ? settings.days : 0;
    const base = { purpose: "enum", name, value, days: term } as const;
    const wish: NameWish =
      own === null
        ? { ...base, operation: "new", address: await this.#owner() }
        : { ...base, operation: "update", address: null };
    const signed = settings.verifier !== null;
    const warnings = enumWarnings({ number, listed, signed, renewal: same ? term : null });
    return { wish, warnings, missing: missingConsent(request, { number, listed }) };
  }

  async #records(number: E164): Promise<readonly NumberedRecord[]> {
    const { node } = this.#deps;
    const places = Array.from({ length: MAX_ENUM_RECORDS }, (_, at) => at);
    const found = await Promise.all(
      places.map(async (at) => {
        const record = await node.name(enumName(number, at));
        if (record === null) return [];
        return [{ at, record, own: record.state === "active" && (await node.owns(record.address)) }];
      }),
    );
    return found.flat();
  }

  async #value(name: string, uri: string, given: string | null): Promise<Uint8Array> {
    const { verifier, ttl } = this.#deps.settings;
    const services = [{ service: "sip", order: 100, preference: 10, uri }];
    if (verifier === null) return utf8(enumValue({ services, ttl, signatures: [] }));
    const signature = await this.#signature(name, verifier, given);
    return utf8(enumValue({ services, ttl, signatures: [{ verifier, signature }] }));
  }

  /** Checked before it is paid for: with a wrong signature every resolver ignores the record. */
  async #signature(name: string, verifier: string, given: string | null): Promise<string> {
    const { node, gate, crypto } = this.#deps;
    const record = await node.name(verifier);
    if (record?.state !== "active") throw noVerifier(verifier);
    const { address } = record;
    if (given === null && !(await node.owns(address))) throw notVerifier(name, verifier);
    const signature = given ?? (await gate.unlocked("sign an ENUM record", () => node.signMessage(address, name)));
    const probe = `SIG=${verifier}|${signature}\nE2U+sip=100|10|!^.*$!sip:a@b!`;
    const { network } = await node.status();
    if (await isSignedByVerifier(node, crypto, { name, record: parseEnumValue(probe), verifier }, network))
      return signature;
    throw badSignature(name, verifier);
  }

  async #owner(): Promise<string | null> {
    const { node, publisher, settings, otherNames } = this.#deps;
    const { address, verifier } = settings;
    if (address === null) return null;
    const names = [...otherNames(), ...(verifier === null ? [] : [verifier])];
    const owners = await Promise.all(names.map(async (name) => (await node.name(name))?.address ?? null));
    const ours = publisher.list().flatMap((each) => (each.wish.purpose === "enum" ? [] : [each.address]));
    checkOwner(address, { mine: await node.owns(address), used: [...owners, ...ours].includes(address) });
    return address;
  }
}

function noVerifier(verifier: string): AppError {
  return new AppError("enum.no_verifier", `the verifier's name ${verifier} is not in the chain`, {
    hint: "Check enum.verifier in the configuration; a verifier of your own publishes that name first.",
  });
}

function notVerifier(name: string, verifier: string): AppError {
  return new AppError("enum.not_verifier", `this wallet cannot sign for ${verifier}`, {
    hint: `Ask the verifier for his signature of "${name}" and give it by --signature.`,
  });
}

function badSignature(name: string, verifier: string): AppError {
  return new AppError("enum.bad_signature", `the signature is not one of ${verifier} over "${name}"`, {
    hint: "It is made by signmessage with the address that owns the verifier's name (p2pkh or p2wpkh), over exactly this text.",
  });
}
