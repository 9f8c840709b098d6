// The peer of the runtime benchmark: a typed controller-runtime controller that reports each Thing as ready.
package main

import (
	"context"
	"flag"
	"os"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
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
)

var groupVersion = schema.GroupVersion{Group: "es-steward.dev", Version: "v1alpha1"}

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

type reconciler struct{ client client.Client }

func (r reconciler) Reconcile(ctx context.Context, request ctrl.Request) (ctrl.Result, error) {
	thing := &Thing{}
	if err := r.client.Get(ctx, request.NamespacedName, thing); err != nil {
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	if thing.Status.ObservedGeneration == thing.Generation && thing.Status.Done == thing.Spec.Wish {
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
	return ctrl.Result{}, r.client.Status().Patch(ctx, changed, client.MergeFromWithOptions(thing, client.MergeFromWithOptimisticLock{}))
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func main() {
	workers := flag.Int("workers", 1, "resources that are worked on at once; 1 is controller-runtime's default")
	resync := flag.Duration("resync", 10*time.Hour, "how often everything is looked at again")
	flag.Parse()
	ctrl.SetLogger(zap.New(zap.UseDevMode(false)))
	scheme := runtime.NewScheme()
	metav1.AddToGroupVersion(scheme, groupVersion)
	scheme.AddKnownTypes(groupVersion, &Thing{}, &ThingList{})
	manager, err := ctrl.NewManager(ctrl.GetConfigOrDie(), ctrl.Options{
		Scheme:  scheme,
		Metrics: metricsserver.Options{BindAddress: "0"},
		Cache:   cache.Options{SyncPeriod: resync, DefaultTransform: cache.TransformStripManagedFields()},
	})
	must(err)
	must(ctrl.NewControllerManagedBy(manager).
		For(&Thing{}, builder.WithPredicates(wakes(*resync))).
		WithOptions(controller.Options{MaxConcurrentReconciles: *workers}).
		Complete(reconciler{manager.GetClient()}))
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
