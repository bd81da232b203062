/**
 * Tables of the service around transcription: webhooks with their deliveries, minutes used, and limits of single accounts. None of them
 * has a column for what was said: of a transcription they know that it ended, and how many seconds of audio it took.
 */

/** Where an account wants to be told of its jobs. */
export interface WebhooksTable {
  id: string;
  account_id: string;
  url: string;
  /** What signs deliveries, as its owner has it: the server has to have it too. */
  secret: string;
  /** The receiver's P-256 public key, base64url; null where no transcripts are delivered. */
  public_key: string | null;
  created_at: string;
}

/** A delivery that is on its way or will be tried again; gone when it has arrived or was given up. */
export interface WebhookDeliveriesTable {
  id: string;
  webhook_id: string;
  type: 'transcription.completed' | 'transcription.failed';
  job_id: string;
  /** Error code of a job that failed. */
  error_code: string | null;
  created_at: string;
  attempts: number;
  /** When it is tried next. */
  next_at: string;
  /** The run of a server that delivers it: see ../webhooks/deliveries.ts. */
  server: string;
}

/** What an account has used in one month. */
export interface UsageTable {
  account_id: string;
  /** Such as 2026-05, in UTC. */
  month: string;
  /** Of audio. */
  seconds: number;
}

/** Limits of one account in place of the server's; null = the server's, 0 minutes = none at all. */
export interface QuotasTable {
  account_id: string;
  minutes: number | null;
  concurrent: number | null;
  file_bytes: number | null;
}

/** The tables by name. */
export interface ServiceSchema {
  webhooks: WebhooksTable;
  webhook_deliveries: WebhookDeliveriesTable;
  usage_months: UsageTable;
  quotas: QuotasTable;
}
