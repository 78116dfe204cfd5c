package main

import (
	"context"
	"fmt"
	"strconv"
	"syscall"
	"time"
	"unsafe"

	"github.com/twmb/franz-go/pkg/kgo"
)

const clockMonotonic = 1

var (
	messages int
	bytes    int
)

// What consume/child.ts does.
func consume(t task, r *report) {
	var err error
	client, err = kgo.NewClient(
		kgo.SeedBrokers(t.Brokers...),
		kgo.ConsumeTopics(t.Topic),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()),
	)
	must(err)
	switch t.Load {
	case "latency":
		readLatency(t, r)
	case "idle":
		idle(t, r)
	default:
		readThroughput(t, r)
	}
	client.Close()
}

func readThroughput(t task, r *report) {
	readUntil(t.WarmUpMessages, time.Hour)
	already := messages
	before := cpuSeconds()
	start := time.Now()
	readUntil(t.Messages, time.Duration(t.MeasureMs*1e6))
	r.Seconds = time.Since(start).Seconds()
	r.CPUSeconds = cpuSeconds() - before
	r.Messages = messages - already
	r.AllMessages = messages
	if bytes != messages*t.ValueBytes {
		panic("bytes are missing")
	}
}

func readUntil(count int, atMost time.Duration) {
	for start := time.Now(); messages < count && time.Since(start) < atMost; {
		poll(ctx, func(record *kgo.Record) {
			messages++
			bytes += len(record.Value)
		})
	}
}

func readLatency(t task, r *report) {
	var latencies []time.Duration
	var before float64
	var start time.Time
	for seen := 0; seen < t.Messages; {
		poll(ctx, func(record *kgo.Record) {
			now := monotonic()
			if seen == t.WarmUpMessages {
				before = cpuSeconds()
				start = time.Now()
			}
			if seen >= t.WarmUpMessages {
				// A message begins with the digits of the microsecond in which it was sent.
				micros, err := strconv.Atoi(string(record.Value[:16]))
				must(err)
				latencies = append(latencies, now-time.Duration(micros)*time.Microsecond)
			}
			seen++
		})
	}
	r.Seconds = time.Since(start).Seconds()
	r.CPUSeconds = cpuSeconds() - before
	r.Messages = len(latencies)
	r.AllMessages = r.Messages + t.WarmUpMessages
	r.percentiles(latencies)
}

func idle(t task, r *report) {
	pollFor(t.WarmUpMs)
	before := cpuSeconds()
	start := time.Now()
	pollFor(t.MeasureMs)
	r.Seconds = time.Since(start).Seconds()
	r.CPUSeconds = cpuSeconds() - before
}

func pollFor(ms float64) {
	waiting, cancel := context.WithTimeout(ctx, time.Duration(ms*1e6))
	defer cancel()
	for waiting.Err() == nil {
		poll(waiting, func(*kgo.Record) {})
	}
}

func poll(waiting context.Context, each func(*kgo.Record)) {
	fetches := client.PollFetches(waiting)
	if waiting.Err() != nil {
		return
	}
	for _, failed := range fetches.Errors() {
		panic(fmt.Sprint(failed.Topic, failed.Partition, failed.Err))
	}
	fetches.EachRecord(each)
}

// The clock that the sender's times are of.
func monotonic() time.Duration {
	var now syscall.Timespec
	if _, _, errno := syscall.Syscall(syscall.SYS_CLOCK_GETTIME, clockMonotonic, uintptr(unsafe.Pointer(&now)), 0); errno != 0 {
		panic(errno)
	}
	return time.Duration(now.Nano())
}
