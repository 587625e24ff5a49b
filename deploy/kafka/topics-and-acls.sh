#!/bin/sh
# Keybrake's topics, and what each app's user may do with them. Run by a user who may make topics and ACLs; again, it changes
# nothing that is there.
#
#   deploy/kafka/topics-and-acls.sh kafka:9092 admin.properties
#
# admin.properties is what kafka-topics.sh and kafka-acls.sh, which have to be on the PATH, take as --command-config. The
# settings have the apps' names and defaults; the users are those of each app's KEYBRAKE_KAFKA_USER.
set -eu

bootstrap=${1:?the bootstrap server, host:port}
config=${2:?the file with the command configuration}
prefix=${KEYBRAKE_KAFKA_TOPIC_PREFIX:-keybrake}
partitions=${KEYBRAKE_KAFKA_PARTITIONS:-8}
copies=${KEYBRAKE_KAFKA_REPLICATION_FACTOR:-3}
gateway=User:${KEYBRAKE_GATEWAY_KAFKA_USER:-keybrake-gateway}
ledger=User:${KEYBRAKE_LEDGER_KAFKA_USER:-keybrake-ledger}
admin_api=User:${KEYBRAKE_ADMIN_API_KAFKA_USER:-keybrake-admin-api}

spend=$prefix.spend.v1
governance=$prefix.governance.v1
retention_ms=${KEYBRAKE_LOG_RETENTION_DAYS:+$((KEYBRAKE_LOG_RETENTION_DAYS * 86400000))}
in_sync=$((copies > 1 ? copies - 1 : 1))

# History that is deleted, compacted or left to an unclean leader is lost spend: the apps refuse such a topic.
for topic in "$spend" "$governance"; do
  [ "$topic" = "$spend" ] && keep=${retention_ms:--1} || keep=-1
  kafka-topics.sh --bootstrap-server "$bootstrap" --command-config "$config" --create --if-not-exists --topic "$topic" \
    --partitions "$partitions" --replication-factor "$copies" \
    --config cleanup.policy=delete --config "retention.ms=$keep" --config retention.bytes=-1 \
    --config unclean.leader.election.enable=false --config "min.insync.replicas=$in_sync" --config max.message.bytes=2097152
done

allow() {
  kafka-acls.sh --bootstrap-server "$bootstrap" --command-config "$config" --add "$@"
}

# All three record spend, none of them as an idempotent producer. DescribeConfigs: each looks at its start whether the topic
# is safe. Nobody may make, change or delete one.
allow --allow-principal "$gateway" --allow-principal "$ledger" --allow-principal "$admin_api" --topic "$spend" \
  --operation Write --operation Describe --operation DescribeConfigs
allow --allow-principal "$ledger" --topic "$governance" --operation Write --operation Describe --operation DescribeConfigs
# The ledger alone reads.
allow --allow-principal "$ledger" --topic "$spend" --group "$prefix.ledger" --operation Read
