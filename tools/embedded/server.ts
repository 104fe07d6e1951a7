import type { DataDirectory } from './data-directory.js';

/** A running server, or several that make one service. */
export interface Server {
  /** What its clients need to know. */
  env: Record<string, string>;
  pids: Record<string, number>;
  stop(): Promise<void>;
}

/** What a server is started with. */
export interface ServerPlace {
  /** A directory for this server alone, whose parents the servers' user may pass. */
  directory: string;
  data: DataDirectory;
  say: (line: string) => void;
  /** More settings of PostgreSQL. */
  postgres?: Readonly<Record<string, string>>;
}
