/** A broker, as its cluster knows it. */
export interface BrokerNode {
  readonly id: number
  readonly host: string
  readonly port: number
  readonly rack: string | null
  /** Whether the cluster counts on it: for a while that may be so although it does not run any more. */
  isRegistered: boolean
}
