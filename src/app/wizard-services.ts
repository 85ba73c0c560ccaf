// The first-run wizard's way to keys, network, node and relay.

import { z } from "zod";
import {
  AppError,
  type Clock,
  type CryptoSuite,
  equalBytes,
  type Logger,
  type Random,
  type Secret,
  toBase64url,
} from "../base/index.ts";
import type { BoxConfig } from "../config/index.ts";
import type { MachinePort, SettingStore, WizardConsole } from "../core/index.ts";
import { Wizard } from "../core/index.ts";
import type { Identity } from "../envelope/index.ts";
import { parseJsonWith, type RelayTestRequest } from "../protocol/index.ts";
import { proxyOf } from "./chain-services.ts";
import { sealIdentities } from "./identity-backup.ts";
import { importIdentity } from "./identity-import.ts";
import { keysOfText } from "./key-text.ts";
import type { KeystoreDeps } from "./keystore-file.ts";
import { finderOf, type RelayNames } from "./relay-names.ts";
import { examineNetwork, examineNode, examineRelay } from "./wizard-checks.ts";

const BACKUP_SETTING = "identity.backup";
const backupRecord = z.object({ verify: z.string(), at: z.int() });

export interface WizardDeps {
  /** As the settings stand now; a change of them may wait for the next start. */
  readonly stored: () => Promise<BoxConfig>;
  readonly settings: SettingStore;
  readonly identity: Identity;
  readonly keystore: KeystoreDeps;
  readonly machine: MachinePort;
  /** Whether something was rented out or published under the identity. */
  readonly isInUse: () => boolean;
  readonly names?: RelayNames | undefined;
  readonly clock: Clock;
  readonly random: Random;
  readonly suite: CryptoSuite;
  readonly log: Logger;
}

/** Hosts that this machine finds by name, without addresses and itself: names behind a proxy or in EmerDNS are asked of nobody else. */
function hostsOf({ relay, emercoin }: BoxConfig, names: RelayNames | undefined): readonly string[] {
  const relays = relay === undefined || relay.socks5 !== undefined ? [] : [relay, ...relay.mirrors];
  const nodes = emercoin === undefined || emercoin.socks5 !== undefined ? [] : [emercoin];
  const urls = [...relays, ...nodes].map(({ url }) => url);
  const hosts = urls.map((url) => new URL(url).hostname);
  return hosts.filter((host) => !/^[\d.]+$|^\[|^localhost$/.test(host) && names?.direct.owns(host) !== true);
}

const needsPassphrase = (): AppError =>
  new AppError("wizard.passphrase_needed", "this file is sealed", {
    hint: "Type the passphrase that it was made with.",
  });

function identityConsole(
  deps: WizardDeps,
): Pick<WizardConsole, "identity" | "backup" | "confirmBackup" | "importIdentity"> {
  const { settings, identity, suite, random, clock, keystore, isInUse } = deps;
  const verify = toBase64url(identity.verify);
  const backedUpAt = async (): Promise<number | null> => {
    const text = await settings.getSetting(BACKUP_SETTING);
    if (text === null) return null;
    const record = parseJsonWith(backupRecord, text, "wizard.bad_record", "The record of the backup");
    return record.verify === verify ? record.at : null;
  };
  const view: WizardConsole["identity"] = async () => ({
    ...{ name: identity.name, verify, backed_up_at: await backedUpAt() },
    replaceable: !isInUse(),
  });
  return {
    identity: view,
    backup: async (passphrase) => ({
      fileName: `${identity.name}-${verify.slice(0, 8)}.key.json`,
      text: await sealIdentities({ suite, random }, { identities: [identity], current: identity.name, passphrase }),
    }),
    confirmBackup: async (text, passphrase) => {
      const { current } = await keysOfText({ suite, text, passphrase: async () => passphrase });
      if (!equalBytes(current.seed.reveal(), identity.seed.reveal())) {
        throw new AppError("wizard.other_identity", "this file holds another identity", {
          hint: "Take the file that was downloaded last.",
        });
      }
      await settings.setSetting(BACKUP_SETTING, JSON.stringify({ verify, at: clock.now() }));
      return await view();
    },
    importIdentity: async (text, passphrase) => {
      if (isInUse()) {
        throw new AppError("wizard.identity_in_use", "this box has rented out or published under its identity", {
          hint: "Use `numberbox identity import --replace` on a stopped box, and tell relays and renters the new key.",
        });
      }
      const asked = async (): Promise<Secret<string>> => {
        if (passphrase === null) throw needsPassphrase();
        return passphrase;
      };
      const { current } = await keysOfText({ suite, text, passphrase: asked });
      const { outcome } = await importIdentity(keystore, current, { replace: true });
      const restartNeeded = outcome !== "same" || !equalBytes(current.verify, identity.verify);
      return { name: current.name, verify: toBase64url(current.verify), restartNeeded };
    },
  };
}

/** What was typed, by the way that is stored: an address must not be tried beside the proxy because nobody typed that again. */
function relayToTest({ url, socks5 }: RelayTestRequest, { relay }: BoxConfig, names: RelayNames | undefined) {
  const known = relay === undefined ? [] : [relay, ...relay.mirrors];
  const same = (text: string): string => text.replace(/\/+$/, "");
  const pin = known.find((each) => same(each.url) === same(url))?.pin;
  const proxy = proxyOf(socks5 ?? relay?.socks5);
  return { url, pin, proxy, names: finderOf(names, proxy) };
}

export interface RunningWizard extends WizardConsole {
  stop(): void;
}

export function createWizard(deps: WizardDeps): RunningWizard {
  const { stored, settings, identity, machine, suite, clock, names } = deps;
  const wizard = new Wizard(settings);
  const abort = new AbortController();
  const signer = {
    verify: toBase64url(identity.verify),
    sign: (bytes: Uint8Array) => suite.ed25519Sign(identity.seed.reveal(), bytes),
  };
  return {
    ...identityConsole(deps),
    view: () => wizard.view(),
    mark: (mark) => wizard.mark(mark),
    network: async () => examineNetwork({ clock, machine, hosts: hostsOf(await stored(), names) }),
    testNode: (request) => examineNode(deps, request),
    testRelay: async (request) =>
      examineRelay({ clock, identity: signer, signal: abort.signal }, relayToTest(request, await stored(), names)),
    stop: () => {
      abort.abort();
      wizard.stop();
    },
  };
}
