// franz-go, doing what produce/child.ts or consume/child.ts does: its arguments are which of them and a task, the last line that
// it prints a report.
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
	"syscall"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

type task struct {
	Brokers        []string
	Topic          string
	Load           string
	ValueBytes     int
	WarmUpMs       float64
	MeasureMs      float64
	ValuesFile     string
	Compression    string
	Loops          int
	MaxMessages    int
	Messages       int
	WarmUpMessages int
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
	ctx    = context.Background()
)

func main() {
	var t task
	must(json.Unmarshal([]byte(os.Args[2]), &t))
	r := report{Version: version(), StartRssBytes: rssBytes("VmRSS")}
	map[string]func(task, *report){"produce": produce, "consume": consume}[os.Args[1]](t, &r)
	r.PeakRssBytes = rssBytes("VmHWM")
	text, err := json.Marshal(r)
	must(err)
	fmt.Println(string(text))
}

func (r *report) percentiles(latencies []time.Duration) {
	slices.Sort(latencies)
	r.P50Ms = latencies[len(latencies)/2].Seconds() * 1e3
	r.P99Ms = latencies[int(float64(len(latencies))*0.99)].Seconds() * 1e3
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
