// franz-go, doing what child.ts does: its argument is a Task, the last line that it prints a Report.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"runtime/debug"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

type task struct {
	Brokers     []string
	Topic       string
	ValuesFile  string
	ValueBytes  int
	Compression string
	Load        string
	Loops       int
	MaxMessages int
	WarmUpMs    float64
	MeasureMs   float64
}

type report struct {
	Version       string  `json:"version"`
	Messages      int     `json:"messages"`
	AllMessages   int     `json:"allMessages"`
	Seconds       float64 `json:"seconds"`
	CPUSeconds    float64 `json:"cpuSeconds"`
	PeakRssBytes  int     `json:"peakRssBytes"`
	StartRssBytes int     `json:"startRssBytes"`
	P50Ms         float64 `json:"p50Ms,omitempty"`
	P99Ms         float64 `json:"p99Ms,omitempty"`
}

var (
	client *kgo.Client
	values [][]byte
	ctx    = context.Background()
)

func main() {
	var t task
	must(json.Unmarshal([]byte(os.Args[1]), &t))
	bytes, err := os.ReadFile(t.ValuesFile)
	must(err)
	values = slices.Collect(slices.Chunk(bytes, t.ValueBytes))
	r := report{Version: version(), StartRssBytes: rssBytes("VmRSS")}
	connect(t)
	if t.Load == "latency" {
		latency(t, &r)
	} else {
		throughput(t, &r)
	}
	client.Close()
	r.PeakRssBytes = rssBytes("VmHWM")
	text, err := json.Marshal(r)
	must(err)
	fmt.Println(string(text))
}

func connect(t task) {
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

func throughput(t task, r *report) {
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

func latency(t task, r *report) {
	r.AllMessages = len(sendFor(t.Loops, t.WarmUpMs))
	before := cpuSeconds()
	start := time.Now()
	latencies := sendFor(t.Loops, t.MeasureMs)
	r.Seconds = time.Since(start).Seconds()
	r.CPUSeconds = cpuSeconds() - before
	slices.Sort(latencies)
	r.Messages = len(latencies)
	r.AllMessages += r.Messages
	r.P50Ms = latencies[len(latencies)/2].Seconds() * 1e3
	r.P99Ms = latencies[int(float64(len(latencies))*0.99)].Seconds() * 1e3
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

func cpuSeconds() float64 {
	var usage syscall.Rusage
	must(syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano()).Seconds()
}

// 0 where there is no /proc.
func rssBytes(field string) int {
	status, _ := os.ReadFile("/proc/self/status")
	found := regexp.MustCompile(field + `:\s*(\d+) kB`).FindSubmatch(status)
	if found == nil {
		return 0
	}
	kib, err := strconv.Atoi(string(found[1]))
	must(err)
	return kib * 1024
}

func version() string {
	info, _ := debug.ReadBuildInfo()
	for _, module := range info.Deps {
		if module.Path == "github.com/twmb/franz-go" {
			return module.Version[1:]
		}
	}
	return ""
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}
