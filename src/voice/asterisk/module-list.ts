// What Asterisk loads, and nothing else: what is not here cannot be attacked.

export interface AsteriskModule {
  readonly name: string;
  /** Only with this edge. */
  readonly edge?: "drachtio" | "asterisk";
}

const ALWAYS = [
  // Plumbing. Sorcery's wizards come before what keeps objects in them.
  ...["res_sorcery_config", "res_sorcery_memory", "res_sorcery_astdb", "res_timing_timerfd", "pbx_config"],
  ...["bridge_simple", "bridge_softmix", "app_stasis", "func_channel", "func_callerid", "func_jitterbuffer", "func_db"],
  // Formats of files that are played, and what is spoken with phones.
  ...["format_sln", "format_wav", "codec_ulaw", "codec_alaw", "codec_a_mu", "codec_resample"],
  ...["codec_opus_open_source", "res_format_attr_opus"],
  ...["res_rtp_asterisk", "res_srtp", "res_audiosocket", "chan_audiosocket"],
  // `chan_pjsip` needs `res_pjsip_pubsub`.
  ...["res_pjproject", "res_pjsip", "res_pjsip_session", "res_pjsip_sdp_rtp", "res_pjsip_pubsub"],
  ...["res_pjsip_caller_id", "res_pjsip_rfc3326", "res_pjsip_nat", "res_pjsip_dtmf_info", "res_pjsip_empty_info"],
  ...["res_pjsip_header_funcs", "res_pjsip_acl", "res_pjsip_dlg_options", "chan_pjsip"],
  // `res_ari` needs `res_websocket_client`; of Stasis, playback needs recording, and the channels of ARI need snoop.
  ...[
    "res_websocket_client",
    "res_http_websocket",
    "res_stasis",
    "res_stasis_answer",
    "res_stasis_recording",
    "res_stasis_playback",
    "res_stasis_snoop",
  ],
  ...["res_ari", "res_ari_model", "res_ari_applications", "res_ari_asterisk", "res_ari_bridges", "res_ari_channels"],
  ...["res_ari_endpoints", "res_ari_events", "res_ari_playbacks"],
];
const BEHIND_DRACHTIO = ["res_pjsip_endpoint_identifier_ip"];
const OWN_EDGE = [...["res_pjsip_endpoint_identifier_user", "res_pjsip_authenticator_digest", "res_pjsip_registrar"]];

export const MODULES: readonly AsteriskModule[] = [
  ...ALWAYS.map((name) => ({ name })),
  ...BEHIND_DRACHTIO.map((name) => ({ name, edge: "drachtio" as const })),
  ...OWN_EDGE.map((name) => ({ name, edge: "asterisk" as const })),
];
