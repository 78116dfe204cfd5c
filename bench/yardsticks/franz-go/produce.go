package main

import (
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

var values [][]byte

// What produce/child.ts does.
func produce(t task, r *report) {
	bytes, err := os.ReadFile(t.ValuesFile)
	must(err)
	values = slices.Collect(slices.Chunk(bytes, t.ValueBytes))
	r.StartRssBytes = rssBytes("VmRSS")
	connectProducer(t)
	if t.Load == "latency" {
		sendLatency(t, r)
	} else {
		sendThroughput(t, r)
	}
	client.Close()
}

func connectProducer(t task) {
	codecs := map[string]kgo.CompressionCodec{
		"none": kgo.NoCompression(), "lz4": kgo.Lz4Compression(), "zstd": kgo.ZstdCompression(),
	}
	options := []kgo.Opt{
		kgo.SeedBrokers(t.Brokers...),
		kgo.DefaultProduceTopic(t.Topic),
		kgo.ProducerBatchCompression(codecs[t.Compression]),
		kgo.MaxBufferedRecords(500_000),
		kgo.MaxBufferedBytes(64 << 20),
	}
	if t.Load == "latency" {
		options = append(options, kgo.ProducerLinger(0))
	}
	var err error
	client, err = kgo.NewClient(options...)
	must(err)
}

func sendThroughput(t task, r *report) {
	count := 5_000
	sendMany(count)
	r.AllMessages = count
	var perMs, spentMs, tookMs float64
	for spentMs < t.WarmUpMs || tookMs < 600 {
		if tookMs < 600 {
			count *= 2
		}
		tookMs = sendMany(count).Seconds() * 1e3
		r.AllMessages += count
		spentMs += tookMs
		perMs = float64(count) / tookMs
	}
	r.Messages = min(t.MaxMessages, int(perMs*t.MeasureMs))
	r.AllMessages += r.Messages
	before := cpuSeconds()
	r.Seconds = sendMany(r.Messages).Seconds()
	r.CPUSeconds = cpuSeconds() - before
}

func sendMany(count int) time.Duration {
	start := time.Now()
	for i := range count {
		client.Produce(ctx, &kgo.Record{Value: values[i%len(values)]}, func(_ *kgo.Record, err error) { must(err) })
	}
	must(client.Flush(ctx))
	return time.Since(start)
}

func sendLatency(t task, r *report) {
	r.AllMessages = len(sendFor(t.Loops, t.WarmUpMs))
	before := cpuSeconds()
	start := time.Now()
	latencies := sendFor(t.Loops, t.MeasureMs)
	r.Seconds = time.Since(start).Seconds()
	r.CPUSeconds = cpuSeconds() - before
	r.Messages = len(latencies)
	r.AllMessages += r.Messages
	r.percentiles(latencies)
}

func sendFor(loops int, durationMs float64) []time.Duration {
	end := time.Now().Add(time.Duration(durationMs * 1e6))
	var next atomic.Int64
	all := make([][]time.Duration, loops)
	var running sync.WaitGroup
	for i := range loops {
		running.Add(1)
		go func() {
			defer running.Done()
			for sent := time.Now(); sent.Before(end); {
				value := values[int(next.Add(1))%len(values)]
				must(client.ProduceSync(ctx, &kgo.Record{Value: value}).FirstErr())
				acknowledged := time.Now()
				all[i] = append(all[i], acknowledged.Sub(sent))
				sent = acknowledged
			}
		}()
	}
	running.Wait()
	return slices.Concat(all...)
}
