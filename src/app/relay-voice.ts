// Calls at a relay: drachtio-server is told how to take phones, boxes are taken over their trunks, and `GET /info` says where both go.

import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Clock, CryptoSuite, Logger, Random, Secret, UnixMs } from "../base/index.ts";
import type { GatewaySection, RelayConfig } from "../config/index.ts";
import type { RelayVoice } from "../protocol/index.ts";
import { type DrachtioSetup, drachtioConf, RelaySwitch, SrfConnection, writeConfiguration } from "../voice/index.ts";
import { nearAddress, RelayCertificates, type RelayPins, servedCertificate } from "./relay-certificates.ts";
import { type CertificateFiles, SipCertificateKeeper } from "./sip-certificate.ts";
import { secretOf, VOICE_FOLDER } from "./voice-setup.ts";

export interface RelayVoiceDeps {
  readonly dataFolder: string;
  readonly providers: RelayConfig["providers"];
  readonly clock: Clock;
  readonly random: Random;
  readonly suite: CryptoSuite;
  readonly log: Logger;
}

export interface RelayVoiceService {
  /** Null while phones cannot register. */
  info(): RelayVoice | null;
  stop(): Promise<void>;
}

const LOOPBACK = "127.0.0.1";

/** Null at a relay without calls. Errors: `voice.trunk_listen`, `voice.bad_setup`, `voice.no_certificate`, `app.cannot_write`. */
export async function startRelayVoice(
  section: GatewaySection | undefined,
  deps: RelayVoiceDeps,
): Promise<RelayVoiceService | null> {
  if (section === undefined) return null;
  const { clock, random, suite, dataFolder, providers } = deps;
  const log = deps.log.child({ part: "voice" });
  const now = (): UnixMs => clock.now();
  const folder = join(dataFolder, VOICE_FOLDER);
  await mkdir(folder, { recursive: true, mode: 0o750 });
  const secret = await secretOf({ dataFolder, random }, section.drachtio.secret_file);
  const made = { dataFolder, folder, random, log, now };
  const phones = section.transports.tls === false ? null : new SipCertificateKeeper({ ...made, section });
  // Boxes pin it, and learn the pin from the relay: it needs no authority.
  const trunk = new SipCertificateKeeper({ ...made, section: { host: section.host }, name: "trunk" });
  await phones?.look();
  await trunk.look();
  const text = drachtioConf(setupOf(section, secret, phones?.files ?? null));
  const changed = await writeConfiguration(join(folder, "drachtio"), [
    { name: "drachtio.conf.xml", text, secret: true },
  ]);
  if (changed.length > 0) log.warn("voice_configuration_changed", { files: changed.length });
  const { host, realm = host, drachtio } = section;
  const way = { host: drachtio.host, port: drachtio.port, secret: secret.reveal(), clock };
  const relay = new RelaySwitch({
    connect: (signal) => SrfConnection.open(way, signal),
    ...{ realm, domain: host, sip: { host: LOOPBACK, port: drachtio.sip_port }, ringLimit: section.ring_timeout },
    trunk: { ...section.trunk, certificate: await pemOf(trunk.files) },
    media: { policy: section.media, rtpengine: section.rtpengine ?? null },
    admits: (key) => providers.some(({ verify }) => verify === key),
    verifies: (key, bytes, signature) => suite.ed25519Verify(key, bytes, signature),
    ...{ clock, random, log },
  });
  const { tls } = section.transports;
  const certificates = new RelayCertificates({
    ...{ phones, trunk, clock, log },
    useTrunk: async () => relay.setTrunkCertificate(await pemOf(trunk.files)),
    served: async () => (tls === false ? null : await servedCertificate(nearAddress(section.listen), tls, clock)),
  });
  const stopListening = relay.edge.onUp(() => certificates.serverIsUp());
  await relay.start();
  certificates.start();
  return {
    info: () => (relay.edge.up().up ? infoOf(section, certificates.pins(), relay.trunkPort) : null),
    stop: async () => {
      stopListening();
      await certificates.stop();
      await relay.stop();
    },
  };
}

/** The best of the transports that are on. */
function infoOf(section: GatewaySection, pins: RelayPins, trunkPort: number): RelayVoice | null {
  const { host, realm = host, transports } = section;
  const { tls, tcp } = transports;
  const trunk = { host, port: trunkPort, cert_sha256: pins.trunk };
  const common = { host, realm, trunk, media: section.rtpengine === undefined ? "direct" : "relayed" } as const;
  if (tls !== false) return { ...common, transport: "tls", port: tls, cert_sha256: pins.phones };
  return tcp === false ? null : { ...common, transport: "tcp", port: tcp, cert_sha256: null };
}

async function pemOf({ cert, key }: CertificateFiles): Promise<{ readonly cert: string; readonly key: string }> {
  return { cert: await readFile(cert, "utf8"), key: await readFile(key, "utf8") };
}

function setupOf(section: GatewaySection, secret: Secret<string>, files: CertificateFiles | null): DrachtioSetup {
  const { listen, public_address: address, drachtio } = section;
  const transports = { ...section.transports, udp: false } as const;
  return {
    admin: { host: drachtio.host, port: drachtio.port, secret },
    ...{ listen, transports, anchorPort: drachtio.sip_port },
    external: address === undefined ? null : { address, localNets: [] },
    tls: files === null ? null : { certFile: files.cert, keyFile: files.key, chainFile: files.cert },
  };
}
