import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.CreateDelegationTokenOptions;
import org.apache.kafka.clients.admin.DescribeClusterOptions;
import org.apache.kafka.clients.admin.DescribeConfigsOptions;
import org.apache.kafka.clients.admin.FeatureUpdate;
import org.apache.kafka.clients.admin.NewPartitionReassignment;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UpdateFeaturesOptions;
import org.apache.kafka.clients.admin.UserScramCredentialDeletion;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.TopicCollection;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionReplica;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.quota.ClientQuotaAlteration;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.apache.kafka.common.quota.ClientQuotaFilter;
import org.apache.kafka.common.quota.ClientQuotaFilterComponent;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;

/** Java's admin client at work, to be recorded; see Clients for the arguments. What fails is printed, and often meant to. */
public class Administration {
  static final String TOPIC = "golden-none";
  static final TopicPartition PARTITION = new TopicPartition(TOPIC, 0);
  static Admin admin;

  public static void main(String[] args) throws Exception {
    Clients.plain = args[0];
    Clients.sasl = args[1];
    Clients.password = args[2];
    try (var plain = Admin.create(Clients.config("admin", Map.of()))) {
      admin = plain;
      topics();
      configs();
      partitions();
      groups();
      access();
      cluster();
    }
    try (var alice = Admin.create(Clients.config("admin-alice", Clients.as("SCRAM-SHA-256", Clients.password)))) {
      tokens(alice);
    }
  }

  static void attempt(String name, Clients.Step step) {
    Clients.attempt(name, step);
  }

  static void topics() {
    attempt("create", () -> admin.createTopics(List.of(
        new NewTopic("golden-admin", Optional.of(2), Optional.empty()).configs(Map.of("cleanup.policy", "compact")),
        new NewTopic("golden-placed", Map.of(0, List.of(1))))).all().get());
    attempt("create again", () -> admin.createTopics(List.of(new NewTopic("golden-admin", 1, (short) 1))).all().get());
    attempt("too many replicas", () -> admin.createTopics(List.of(new NewTopic("golden-too-many", 1, (short) 3))).all().get());
    attempt("list", () -> admin.listTopics().names().get());
    attempt("describe", () -> admin.describeTopics(List.of("golden-admin")).allTopicNames().get());
    attempt("describe unknown", () -> admin.describeTopics(List.of("no-such-topic")).allTopicNames().get());
    attempt("partitions", () -> admin.createPartitions(Map.of("golden-admin", NewPartitions.increaseTo(3))).all().get());
    attempt("fewer partitions", () -> admin.createPartitions(Map.of("golden-admin", NewPartitions.increaseTo(1))).all().get());
    attempt("delete by id", () -> {
      var described = admin.describeTopics(List.of("golden-placed")).allTopicNames().get();
      admin.deleteTopics(TopicCollection.ofTopicIds(List.of(described.get("golden-placed").topicId()))).all().get();
    });
    attempt("delete", () -> admin.deleteTopics(List.of("golden-admin")).all().get());
    attempt("delete unknown", () -> admin.deleteTopics(List.of("no-such-topic")).all().get());
  }

  static void configs() {
    var topic = new ConfigResource(ConfigResource.Type.TOPIC, TOPIC);
    attempt("configs", () -> admin.incrementalAlterConfigs(Map.of(topic, List.<AlterConfigOp>of(
        new AlterConfigOp(new ConfigEntry("max.message.bytes", "2000000"), AlterConfigOp.OpType.SET),
        new AlterConfigOp(new ConfigEntry("segment.ms", ""), AlterConfigOp.OpType.DELETE)))).all().get());
    attempt("refused config", () -> admin.incrementalAlterConfigs(Map.of(topic, List.<AlterConfigOp>of(
        new AlterConfigOp(new ConfigEntry("retention.ms", "soon"), AlterConfigOp.OpType.SET)))).all().get());
    attempt("describe configs", () -> admin.describeConfigs(List.of(topic),
        new DescribeConfigsOptions().includeSynonyms(true)).all().get());
    attempt("unknown topic's configs", () -> admin.describeConfigs(
        List.of(new ConfigResource(ConfigResource.Type.TOPIC, "no-such-topic"))).all().get());
    var metrics = new ConfigResource(ConfigResource.Type.CLIENT_METRICS, "golden-metrics");
    attempt("client metrics", () -> admin.incrementalAlterConfigs(Map.of(metrics, List.<AlterConfigOp>of(
        new AlterConfigOp(new ConfigEntry("metrics", "org.apache.kafka.producer.record.send.total"), AlterConfigOp.OpType.SET),
        new AlterConfigOp(new ConfigEntry("interval.ms", "1000"), AlterConfigOp.OpType.SET)))).all().get());
  }

  static void partitions() {
    attempt("offsets", () -> admin.listOffsets(Map.of(PARTITION, OffsetSpec.latest())).all().get());
    attempt("max timestamp", () -> admin.listOffsets(Map.of(PARTITION, OffsetSpec.maxTimestamp())).all().get());
    attempt("unknown offsets", () -> admin.listOffsets(Map.of(new TopicPartition("no-such-topic", 0), OffsetSpec.earliest()))
        .all().get(3, java.util.concurrent.TimeUnit.SECONDS));
    var lz4 = new TopicPartition("golden-lz4", 0);
    attempt("delete records", () -> admin.deleteRecords(Map.of(lz4, RecordsToDelete.beforeOffset(2))).all().get());
    attempt("delete too many", () -> admin.deleteRecords(Map.of(lz4, RecordsToDelete.beforeOffset(9999))).all().get());
    attempt("log dirs", () -> admin.describeLogDirs(List.of(1)).allDescriptions().get());
    attempt("move", () -> admin.alterReplicaLogDirs(Map.of(new TopicPartitionReplica(TOPIC, 0, 1), "/no/such/folder")).all().get());
    attempt("elect", () -> admin.electLeaders(ElectionType.PREFERRED, Set.of(PARTITION)).partitions().get());
    attempt("elect unclean", () -> admin.electLeaders(ElectionType.UNCLEAN, Set.of(new TopicPartition("no-such-topic", 0))).all().get());
    attempt("reassign", () -> admin.alterPartitionReassignments(
        Map.of(PARTITION, Optional.of(new NewPartitionReassignment(List.of(1))))).all().get());
    attempt("reassign to nobody", () -> admin.alterPartitionReassignments(
        Map.of(PARTITION, Optional.of(new NewPartitionReassignment(List.of(99))))).all().get());
    attempt("reassignments", () -> admin.listPartitionReassignments().reassignments().get());
    var transactions = new TopicPartition("golden-transactions", 0);
    attempt("producers", () -> admin.describeProducers(List.of(transactions)).all().get());
    attempt("transactions", () -> admin.listTransactions().all().get());
    attempt("transaction", () -> admin.describeTransactions(List.of("golden-transactional")).all().get());
    attempt("unknown transaction", () -> admin.describeTransactions(List.of("no-such-id")).all().get());
    attempt("fence", () -> admin.fenceProducers(List.of("golden-transactional")).all().get());
  }

  static void groups() {
    attempt("groups", () -> admin.listConsumerGroups().all().get());
    attempt("describe classic", () -> admin.describeConsumerGroups(List.of("golden-range")).all().get());
    attempt("describe consumer", () -> admin.describeConsumerGroups(List.of("golden-848")).all().get());
    attempt("describe unknown", () -> admin.describeConsumerGroups(List.of("no-such-group")).all().get());
    attempt("offsets", () -> admin.listConsumerGroupOffsets("golden-range").partitionsToOffsetAndMetadata().get());
    attempt("alter offsets", () -> admin.alterConsumerGroupOffsets("golden-range",
        Map.of(PARTITION, new OffsetAndMetadata(1, Optional.of(0), "altered"))).all().get());
    attempt("delete offsets", () -> admin.deleteConsumerGroupOffsets("golden-range", Set.of(PARTITION)).all().get());
    attempt("remove members", () -> admin.removeMembersFromConsumerGroup("golden-static",
        new org.apache.kafka.clients.admin.RemoveMembersFromConsumerGroupOptions(
            List.of(new org.apache.kafka.clients.admin.MemberToRemove("instance-1")))).all().get());
    attempt("delete", () -> admin.deleteConsumerGroups(List.of("golden-range")).all().get());
    attempt("delete unknown", () -> admin.deleteConsumerGroups(List.of("no-such-group")).all().get());
  }

  static void access() {
    var denied = new AclBinding(new ResourcePattern(ResourceType.TOPIC, "golden-denied", PatternType.LITERAL),
        new AccessControlEntry("User:alice", "*", AclOperation.WRITE, AclPermissionType.DENY));
    attempt("deny", () -> admin.createAcls(List.of(denied)).all().get());
    attempt("denied", () -> {
      Thread.sleep(500);
      Clients.produce("producer-denied", "golden-denied", Clients.as("PLAIN", Clients.password));
    });
    attempt("describe ACLs", () -> admin.describeAcls(AclBindingFilter.ANY).values().get());
    attempt("delete ACLs", () -> admin.deleteAcls(List.of(denied.toFilter())).all().get());
    var everybody = new ClientQuotaEntity(java.util.Collections.singletonMap(ClientQuotaEntity.USER, null));
    attempt("quota", () -> admin.alterClientQuotas(List.of(new ClientQuotaAlteration(everybody,
        List.of(new ClientQuotaAlteration.Op("request_percentage", 99.5))))).all().get());
    attempt("quotas", () -> admin.describeClientQuotas(
        ClientQuotaFilter.contains(List.of(ClientQuotaFilterComponent.ofEntityType(ClientQuotaEntity.USER)))).entities().get());
    attempt("remove quota", () -> admin.alterClientQuotas(List.of(new ClientQuotaAlteration(everybody,
        List.of(new ClientQuotaAlteration.Op("request_percentage", null))))).all().get());
    attempt("user", () -> admin.alterUserScramCredentials(List.of(new UserScramCredentialUpsertion("golden-java",
        new ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, 8192), "secret"))).all().get());
    attempt("users", () -> admin.describeUserScramCredentials().all().get());
    attempt("delete user", () -> admin.alterUserScramCredentials(
        List.of(new UserScramCredentialDeletion("nobody", ScramMechanism.SCRAM_SHA_256))).all().get());
  }

  static void cluster() {
    attempt("cluster", () -> admin.describeCluster(new DescribeClusterOptions().includeAuthorizedOperations(true))
        .authorizedOperations().get());
    attempt("features", () -> admin.describeFeatures().featureMetadata().get());
    attempt("update features", () -> admin.updateFeatures(
        Map.of("metadata.version", new FeatureUpdate((short) 999, FeatureUpdate.UpgradeType.UPGRADE)),
        new UpdateFeaturesOptions()).all().get());
    attempt("quorum", () -> admin.describeMetadataQuorum().quorumInfo().get());
    attempt("unregister", () -> admin.unregisterBroker(99).all().get());
    attempt("client metrics", () -> admin.listClientMetricsResources().all().get());
  }

  static void tokens(Admin alice) {
    attempt("token", () -> {
      var token = alice.createDelegationToken(new CreateDelegationTokenOptions()).delegationToken().get();
      Thread.sleep(1000);
      alice.renewDelegationToken(token.hmac()).expiryTimestamp().get();
      alice.describeDelegationToken().delegationTokens().get();
      alice.expireDelegationToken(token.hmac()).expiryTimestamp().get();
    });
  }
}
