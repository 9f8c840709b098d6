// The peer of the runtime benchmark: the smallest idiomatic controller-runtime controller that reports each Thing as
// ready. It keeps objects as they come (unstructured), or with -typed in structs of its own.
package main

import (
	"context"
	"flag"
	"os"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/log/zap"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"
	"sigs.k8s.io/controller-runtime/pkg/predicate"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
)

var groupVersion = schema.GroupVersion{Group: "es-steward.dev", Version: "v1alpha1"}

func newUnstructured() *unstructured.Unstructured {
	object := &unstructured.Unstructured{}
	object.SetGroupVersionKind(groupVersion.WithKind("Thing"))
	return object
}

// As a first controller is written: no types, status by server-side apply.
func reconcileUnstructured(c client.Client) reconcile.Func {
	return func(ctx context.Context, request ctrl.Request) (ctrl.Result, error) {
		thing := newUnstructured()
		if err := c.Get(ctx, request.NamespacedName, thing); err != nil {
			return ctrl.Result{}, client.IgnoreNotFound(err)
		}
		generation := thing.GetGeneration()
		if seen, _, _ := unstructured.NestedInt64(thing.Object, "status", "observedGeneration"); seen == generation {
			return ctrl.Result{}, nil
		}
		wish, _, _ := unstructured.NestedInt64(thing.Object, "spec", "wish")
		applied := newUnstructured()
		applied.SetName(request.Name)
		applied.SetNamespace(request.Namespace)
		applied.Object["status"] = map[string]any{
			"observedGeneration": generation,
			"done":               wish,
			"conditions": []any{map[string]any{
				"type": "Ready", "status": "True", "reason": "Done", "message": "What was wished is done.",
				"observedGeneration": generation, "lastTransitionTime": time.Now().UTC().Format(time.RFC3339),
			}},
		}
		apply := client.ApplyConfigurationFromUnstructured(applied)
		return ctrl.Result{}, c.Status().Apply(ctx, apply, client.FieldOwner("bench"), client.ForceOwnership)
	}
}

type ThingSpec struct {
	Payload string `json:"payload"`
	Wish    int64  `json:"wish"`
}

type ThingStatus struct {
	ObservedGeneration int64              `json:"observedGeneration,omitempty"`
	Done               int64              `json:"done,omitempty"`
	Conditions         []metav1.Condition `json:"conditions,omitempty"`
}

type Thing struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`
	Spec              ThingSpec   `json:"spec"`
	Status            ThingStatus `json:"status,omitempty"`
}

type ThingList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []Thing `json:"items"`
}

func (t *Thing) DeepCopyObject() runtime.Object { return t.copy() }

func (t *Thing) copy() *Thing {
	out := *t
	t.ObjectMeta.DeepCopyInto(&out.ObjectMeta)
	out.Status.Conditions = append([]metav1.Condition(nil), t.Status.Conditions...)
	return &out
}

func (l *ThingList) DeepCopyObject() runtime.Object {
	out := &ThingList{TypeMeta: l.TypeMeta}
	l.ListMeta.DeepCopyInto(&out.ListMeta)
	for i := range l.Items {
		out.Items = append(out.Items, *l.Items[i].copy())
	}
	return out
}

// With generated types (here written by hand) and a merge patch that another writer fails.
func reconcileTyped(c client.Client) reconcile.Func {
	return func(ctx context.Context, request ctrl.Request) (ctrl.Result, error) {
		thing := &Thing{}
		if err := c.Get(ctx, request.NamespacedName, thing); err != nil {
			return ctrl.Result{}, client.IgnoreNotFound(err)
		}
		if thing.Status.ObservedGeneration == thing.Generation {
			return ctrl.Result{}, nil
		}
		changed := thing.copy()
		changed.Status = ThingStatus{
			ObservedGeneration: thing.Generation,
			Done:               thing.Spec.Wish,
			Conditions: []metav1.Condition{{
				Type: "Ready", Status: metav1.ConditionTrue, Reason: "Done", Message: "What was wished is done.",
				ObservedGeneration: thing.Generation, LastTransitionTime: metav1.Now(),
			}},
		}
		patch := client.MergeFromWithOptions(thing, client.MergeFromWithOptimisticLock{})
		return ctrl.Result{}, c.Status().Patch(ctx, changed, patch)
	}
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func main() {
	typed := flag.Bool("typed", false, "keep things in structs instead of unstructured")
	workers := flag.Int("workers", 1, "resources that are worked on at once; 1 is controller-runtime's default")
	resync := flag.Duration("resync", 10*time.Hour, "how often everything is looked at again")
	flag.Parse()
	ctrl.SetLogger(zap.New(zap.UseDevMode(false)))
	scheme := runtime.NewScheme()
	metav1.AddToGroupVersion(scheme, groupVersion)
	if *typed {
		scheme.AddKnownTypes(groupVersion, &Thing{}, &ThingList{})
	}
	manager, err := ctrl.NewManager(ctrl.GetConfigOrDie(), ctrl.Options{
		Scheme:  scheme,
		Metrics: metricsserver.Options{BindAddress: "0"},
		Cache:   cache.Options{SyncPeriod: resync, DefaultTransform: cache.TransformStripManagedFields()},
		// Typed objects are cached by default, unstructured ones are not.
		Client: client.Options{Cache: &client.CacheOptions{Unstructured: true}},
	})
	must(err)
	var object client.Object = newUnstructured()
	reconciler := reconcileUnstructured(manager.GetClient())
	if *typed {
		object, reconciler = &Thing{}, reconcileTyped(manager.GetClient())
	}
	must(ctrl.NewControllerManagedBy(manager).Named("thing").
		For(object, builder.WithPredicates(wakes(*resync))).
		WithOptions(controller.Options{MaxConcurrentReconciles: *workers}).
		Complete(reconciler))
	if manager.Start(ctrl.SetupSignalHandler()) != nil {
		os.Exit(1)
	}
}

// Own status writes do not wake the controller; a resync, which looks like an update without a change, does when asked for.
func wakes(resync time.Duration) predicate.Predicate {
	if resync < time.Hour {
		return predicate.Or(predicate.GenerationChangedPredicate{}, predicate.Not(predicate.ResourceVersionChangedPredicate{}))
	}
	return predicate.GenerationChangedPredicate{}
}
