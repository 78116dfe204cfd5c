/** What an option is called elsewhere, each with its default in brackets; empty where there is nothing of the kind. */
export interface Counterparts {
  /** In `sarama.Config` of sarama 1.50, or a variable of the package. */
  readonly sarama: string
  /** In a `Writer`, `ReaderConfig`, `Transport`, `Dialer` or `Client` of kafka-go 0.4. */
  readonly kafkaGo: string
  /** In the configuration of Java's producer, consumer or admin of Kafka 4.3. */
  readonly java: string
}

type Row = readonly [option: string, sarama: string, kafkaGo: string, java: string]

// biome-ignore format: one line an option
const rows: readonly Row[] = [
  ['brokers', 'addresses of `NewClient`, `NewSyncProducer`, …', '`Writer.Addr`, `ReaderConfig.Brokers`', '`bootstrap.servers`'],
  ['clientId', '`ClientID` (sarama)', '`Transport.ClientID` (none), `Dialer.ClientID` (program and host)', '`client.id` (generated)'],
  ['rackId', '`RackID` (none)', '', '`client.rack` (none)'],
  ['maxDecompressedBatchBytes', '`sarama.MaxDecompressedBatchSize` (0: no limit)', '', ''],
  ['logger', '`sarama.Logger` (discards)', '`Writer.Logger`, `ReaderConfig.Logger`, and `ErrorLogger` (none)', 'SLF4J'],
  ['hooks', '`MetricRegistry` (a local one)', '`Writer.Stats()`, `Reader.Stats()`', '`metric.reporters` (JMX)'],

  ['net.maxOpenRequests', '`Net.MaxOpenRequests` (5)', '', '`max.in.flight.requests.per.connection` (5), of producers'],
  ['net.dialTimeoutMs', '`Net.DialTimeout` (30 s)', '`Transport.DialTimeout` (5 s), `Dialer.Timeout` (10 s)', '`socket.connection.setup.timeout.ms` (10,000)'],
  ['net.requestTimeoutMs', '`Net.ReadTimeout`, `Net.WriteTimeout` (30 s)', '`Writer.ReadTimeout`, `Writer.WriteTimeout` (10 s), `Client.Timeout` (none)', '`request.timeout.ms` (30,000)'],
  ['net.keepAliveMs', '`Net.KeepAlive` (0: Go\'s 15 s)', '`Dialer.KeepAlive` (none)', '– (always on)'],
  ['net.idleMs', '– (never)', '`Transport.IdleTimeout` (30 s)', '`connections.max.idle.ms` (540,000; admin 300,000)'],
  ['net.tls', '`Net.TLS.Enable`, `Net.TLS.Config` (off)', '`Transport.TLS`, `Dialer.TLS` (none)', '`security.protocol` (PLAINTEXT), `ssl.*`'],
  ['net.sasl', '`Net.SASL.Enable`, `Net.SASL.Mechanism`, `Net.SASL.User`, `Net.SASL.Password`, `Net.SASL.AuthIdentity` (off)', '`Transport.SASL`, `Dialer.SASLMechanism` (none)', '`security.protocol` (PLAINTEXT), `sasl.mechanism` (GSSAPI), `sasl.jaas.config` (none)'],
  ['net.maxRequestBytes', '`sarama.MaxRequestSize` (104,857,600)', '', ''],
  ['net.maxResponseBytes', '`sarama.MaxResponseSize` (104,857,600)', '', ''],

  ['metadata.retry.max', '`Metadata.Retry.Max` (3)', '', '– (until a timeout)'],
  ['metadata.retry.backoffMs', '`Metadata.Retry.Backoff` (250 ms)', '', '`retry.backoff.ms` (100)'],
  ['metadata.retry.maxBackoffMs', '', '', '`retry.backoff.max.ms` (1,000)'],
  ['metadata.retry.backoff', '`Metadata.Retry.BackoffFunc` (none)', '', ''],
  ['metadata.refreshFrequencyMs', '`Metadata.RefreshFrequency` (10 min)', '`Transport.MetadataTTL` (6 s)', '`metadata.max.age.ms` (300,000)'],
  ['metadata.full', '`Metadata.Full` (true)', '– (all, or `Transport.MetadataTopics`)', '– (those in use)'],
  ['metadata.timeoutMs', '`Metadata.Timeout` (none)', '', '`max.block.ms` (60,000), `default.api.timeout.ms` (60,000)'],
  ['metadata.allowAutoTopicCreation', '`Metadata.AllowAutoTopicCreation` (true)', '`Writer.AllowAutoTopicCreation` (false)', '`allow.auto.create.topics` (true), of consumers'],

  ['producer.acks', '`Producer.RequiredAcks` (1)', '`Writer.RequiredAcks` (0)', '`acks` (all)'],
  ['producer.idempotent', '`Producer.Idempotent` (off; needs `Net.MaxOpenRequests` 1)', '', '`enable.idempotence` (on)'],
  ['producer.compression', '`Producer.Compression` (none)', '`Writer.Compression` (none)', '`compression.type` (none)'],
  ['producer.compressionLevel', '`Producer.CompressionLevel` (the codec\'s)', '', '`compression.gzip.level`, `compression.lz4.level`, `compression.zstd.level` (the codec\'s)'],
  ['producer.partitioner', '`Producer.Partitioner` (`NewHashPartitioner`)', '`Writer.Balancer` (`RoundRobin`)', '`partitioner.class` (none: built in)'],
  ['producer.flush.bytes', '`Producer.Flush.Bytes` (0)', '`Writer.BatchBytes` (1,048,576)', '`batch.size` (16,384)'],
  ['producer.flush.messages', '`Producer.Flush.Messages` (0)', '`Writer.BatchSize` (100)', ''],
  ['producer.flush.frequencyMs', '`Producer.Flush.Frequency` (0)', '`Writer.BatchTimeout` (1 s)', '`linger.ms` (5; 0 before Kafka 4.0)'],
  ['producer.flush.maxMessages', '`Producer.Flush.MaxMessages` (0), of a request', '`Writer.BatchSize` (100)', ''],
  ['producer.maxBufferedBytes', '`ChannelBufferSize` (256 messages a channel)', '– (no limit)', '`buffer.memory` (33,554,432)'],
  ['producer.maxMessageBytes', '`Producer.MaxMessageBytes` (1,048,576), of a message', '`Writer.BatchBytes` (1,048,576)', '`max.request.size` (1,048,576)'],
  ['producer.timeoutMs', '`Producer.Timeout` (10 s)', '– (`Writer.WriteTimeout`, 10 s)', '`request.timeout.ms` (30,000)'],
  ['producer.deliveryTimeoutMs', '', '', '`delivery.timeout.ms` (120,000), `max.block.ms` (60,000) for room and look-up'],
  ['producer.key', 'the message\'s `Encoder`', '– (bytes)', '`key.serializer` (none)'],
  ['producer.value', 'the message\'s `Encoder`', '– (bytes)', '`value.serializer` (none)'],
  ['producer.interceptors', '`Producer.Interceptors` (none)', '', '`interceptor.classes` (none)'],
  ['producer.retry.max', '`Producer.Retry.Max` (3)', '`Writer.MaxAttempts` (10, the first one among them)', '`retries` (2,147,483,647)'],
  ['producer.retry.backoffMs', '`Producer.Retry.Backoff` (100 ms)', '`Writer.WriteBackoffMin` (100 ms)', '`retry.backoff.ms` (100)'],
  ['producer.retry.maxBackoffMs', '', '`Writer.WriteBackoffMax` (1 s)', '`retry.backoff.max.ms` (1,000)'],
  ['producer.retry.backoff', '`Producer.Retry.BackoffFunc` (none)', '', ''],

  ['consumer.fetch.minBytes', '`Consumer.Fetch.Min` (1)', '`ReaderConfig.MinBytes` (1)', '`fetch.min.bytes` (1)'],
  ['consumer.fetch.defaultBytes', '`Consumer.Fetch.Default` (1,048,576)', '`ReaderConfig.MaxBytes` (1,000,000)', '`max.partition.fetch.bytes` (1,048,576)'],
  ['consumer.fetch.maxBytes', '`Consumer.Fetch.MaxBytes` (52,428,800); `Consumer.Fetch.Max` (no limit) is for one partition', '– (a connection reads one partition)', '`fetch.max.bytes` (52,428,800)'],
  ['consumer.maxWaitMs', '`Consumer.MaxWaitTime` (500 ms)', '`ReaderConfig.MaxWait` (10 s)', '`fetch.max.wait.ms` (500)'],
  ['consumer.maxBufferedBytes', '`ChannelBufferSize` (256 messages a partition)', '`ReaderConfig.QueueCapacity` (100 messages)', ''],
  ['consumer.isolationLevel', '`Consumer.IsolationLevel` (`ReadUncommitted`)', '`ReaderConfig.IsolationLevel` (`ReadUncommitted`)', '`isolation.level` (read_uncommitted)'],
  ['consumer.checkCrcs', '– (always)', '', '`check.crcs` (true)'],
  ['consumer.key', '– (bytes)', '– (bytes)', '`key.deserializer` (none)'],
  ['consumer.value', '– (bytes)', '– (bytes)', '`value.deserializer` (none)'],
  ['consumer.onDeserializationError', '', '', '– (throws)'],
  ['consumer.interceptors', '`Consumer.Interceptors` (none)', '', '`interceptor.classes` (none)'],
  ['consumer.offsets.initial', '`Consumer.Offsets.Initial` (`OffsetNewest`), of groups', '`ReaderConfig.StartOffset` (`FirstOffset`), of groups', '`auto.offset.reset` (latest)'],
  ['consumer.offsets.reset', '– (ends with an error; see `Consumer.Group.ResetInvalidOffsets`)', '– (before the log: its start; beyond it: tries on), or `ReaderConfig.OffsetOutOfRangeError` (false)', '`auto.offset.reset` (latest)'],
  ['consumer.retry.max', '`Consumer.Retry.Max` (0: no limit)', '`ReaderConfig.MaxAttempts` (3), to connect', '– (no limit)'],
  ['consumer.retry.backoffMs', '`Consumer.Retry.Backoff` (2 s)', '`ReaderConfig.ReadBackoffMin` (100 ms)', '`retry.backoff.ms` (100)'],
  ['consumer.retry.maxBackoffMs', '', '`ReaderConfig.ReadBackoffMax` (1 s)', '`retry.backoff.max.ms` (1,000)'],
  ['consumer.retry.backoff', '`Consumer.Retry.BackoffFunc` (none)', '', ''],
  ['consumer.stalledAfterMs', '', '', ''],

  ['consumer.offsets.autoCommit.enable', '`Consumer.Offsets.AutoCommit.Enable` (true)', '– (`ReadMessage` commits, `FetchMessage` does not)', '`enable.auto.commit` (true)'],
  ['consumer.offsets.autoCommit.intervalMs', '`Consumer.Offsets.AutoCommit.Interval` (1 s)', '`ReaderConfig.CommitInterval` (0: after each message)', '`auto.commit.interval.ms` (5,000)'],
  ['consumer.offsets.retry.max', '`Consumer.Offsets.Retry.Max` (3)', '', '– (until a timeout)'],
  ['consumer.offsets.retry.backoffMs', '', '', '`retry.backoff.ms` (100)'],
  ['consumer.offsets.retry.maxBackoffMs', '', '', '`retry.backoff.max.ms` (1,000)'],
  ['consumer.offsets.retry.backoff', '', '', ''],
  ['consumer.group.sessionTimeoutMs', '`Consumer.Group.Session.Timeout` (10 s)', '`ReaderConfig.SessionTimeout` (30 s)', '`session.timeout.ms` (45,000)'],
  ['consumer.group.heartbeatIntervalMs', '`Consumer.Group.Heartbeat.Interval` (3 s)', '`ReaderConfig.HeartbeatInterval` (3 s)', '`heartbeat.interval.ms` (3,000)'],
  ['consumer.group.rebalance.strategies', '`Consumer.Group.Rebalance.GroupStrategies` (range)', '`ReaderConfig.GroupBalancers` (range, round robin)', '`partition.assignment.strategy` (range, cooperative sticky)'],
  ['consumer.group.rebalance.timeoutMs', '`Consumer.Group.Rebalance.Timeout` (60 s)', '`ReaderConfig.RebalanceTimeout` (30 s)', '`max.poll.interval.ms` (300,000)'],
  ['consumer.group.rebalance.retry.max', '`Consumer.Group.Rebalance.Retry.Max` (4)', '', '– (no limit)'],
  ['consumer.group.rebalance.retry.backoffMs', '`Consumer.Group.Rebalance.Retry.Backoff` (2 s)', '`ReaderConfig.JoinGroupBackoff` (5 s)', '`retry.backoff.ms` (100)'],
  ['consumer.group.rebalance.retry.maxBackoffMs', '', '', '`retry.backoff.max.ms` (1,000)'],
  ['consumer.group.rebalance.retry.backoff', '', '', ''],
  ['consumer.group.instanceId', '`Consumer.Group.InstanceId` (none)', '', '`group.instance.id` (none)'],
  ['consumer.group.userData', '`Consumer.Group.Member.UserData` (none)', '`GroupBalancer.UserData()`', ''],
  ['consumer.group.maxProcessingMs', '– (`Consumer.MaxProcessingTime`, 100 ms, only pauses the partition)', '', ''],
  ['consumer.group.maxPollIntervalMs', '', '', '`max.poll.interval.ms` (300,000)'],
  ['consumer.group.resetInvalidOffsets', '`Consumer.Group.ResetInvalidOffsets` (true)', '', '– (false is `auto.offset.reset` none)'],

  ['admin.timeoutMs', '`Admin.Timeout` (3 s)', '`Client.Timeout` (none)', '`default.api.timeout.ms` (60,000)'],
  ['admin.retry.max', '`Admin.Retry.Max` (5)', '', '`retries` (2,147,483,647)'],
  ['admin.retry.backoffMs', '`Admin.Retry.Backoff` (100 ms)', '', '`retry.backoff.ms` (100)'],
  ['admin.retry.maxBackoffMs', '', '', '`retry.backoff.max.ms` (1,000)'],
  ['admin.retry.backoff', '', '', ''],
]

/** The counterparts of every option, by its full name. */
export const counterparts: ReadonlyMap<string, Counterparts> = new Map(
  rows.map(([option, sarama, kafkaGo, java]) => [option, { sarama, kafkaGo, java }]),
)
