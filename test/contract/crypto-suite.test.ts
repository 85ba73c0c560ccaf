import { createSystemCrypto, systemCrypto } from "../../src/base/system-crypto.ts";
import { nobleSuite } from "../../src/envelope/index.ts";
import { cryptoSuiteContract } from "./crypto-suite.ts";

cryptoSuiteContract("nobleSuite", nobleSuite);
cryptoSuiteContract("systemCrypto", systemCrypto);
cryptoSuiteContract("createSystemCrypto", createSystemCrypto(undefined, 4));
cryptoSuiteContract("createSystemCrypto on two cores", createSystemCrypto(undefined, 2));
