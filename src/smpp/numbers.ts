// The numbers of SMPP 3.4 (Issue 1.2) that we use: command ids (5.1.2.1), command status (5.1.3), optional parameters (5.3.2).

/** Set in the id of every response. */
export const RESPONSE = 0x80000000;

export const COMMAND = {
  bindReceiver: 0x01,
  deliverSm: 0x05,
  unbind: 0x06,
  bindTransceiver: 0x09,
  enquireLink: 0x15,
  alertNotification: 0x102,
  dataSm: 0x103,
  genericNack: RESPONSE,
} as const;

/** The id of the response to a command. */
export const responseTo = (id: number): number => (id | RESPONSE) >>> 0;

export const STATUS = {
  ok: 0x00,
  invalidCommandLength: 0x02,
  invalidCommand: 0x03,
  /**
   * ESME_RX_T_APPN, temporary receiver error: the gateway keeps the message and tries again (5.1.3). What we answer whenever a
   * message is not durable here.
   */
  tryAgain: 0x64,
} as const;

export const TLV = {
  sourcePort: 0x020a,
  destinationPort: 0x020b,
  sarReference: 0x020c,
  sarTotal: 0x020e,
  sarPart: 0x020f,
  interfaceVersion: 0x0210,
  messagePayload: 0x0424,
} as const;

/** 3.4. */
export const INTERFACE_VERSION = 0x34;
