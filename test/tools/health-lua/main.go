// Runs a health.lua as Argo CD does: in its interpreter, with its few libraries, with the resource as `obj`. Reads
// {"script": ..., "objects": [...]} and writes the list of what the script returns.
package main

import (
	"encoding/json"
	"log"
	"os"

	lua "github.com/yuin/gopher-lua"
)

type health struct {
	Status  string `json:"status"`
	Message string `json:"message"`
}

func main() {
	var given struct {
		Script  string
		Objects []any
	}
	if err := json.NewDecoder(os.Stdin).Decode(&given); err != nil {
		log.Fatal(err)
	}
	found := []health{}
	for _, object := range given.Objects {
		found = append(found, run(given.Script, object))
	}
	if err := json.NewEncoder(os.Stdout).Encode(found); err != nil {
		log.Fatal(err)
	}
}

func run(script string, object any) health {
	state := lua.NewState(lua.Options{SkipOpenLibs: true})
	defer state.Close()
	// No string library: Argo CD gives it only to those who ask for all of them.
	for name, open := range map[string]lua.LGFunction{
		lua.LoadLibName: lua.OpenPackage,
		lua.BaseLibName: lua.OpenBase,
		lua.TabLibName:  lua.OpenTable,
	} {
		if err := state.CallByParam(lua.P{Fn: state.NewFunction(open), Protect: true}, lua.LString(name)); err != nil {
			log.Fatal(err)
		}
	}
	state.SetGlobal("obj", toLua(state, object))
	if err := state.DoString(script); err != nil {
		log.Fatal(err)
	}
	table, ok := state.Get(-1).(*lua.LTable)
	if !ok {
		log.Fatalf("the script returned %s, not a table", state.Get(-1).Type())
	}
	return health{table.RawGetString("status").String(), table.RawGetString("message").String()}
}

func toLua(state *lua.LState, value any) lua.LValue {
	switch value := value.(type) {
	case bool:
		return lua.LBool(value)
	case float64:
		return lua.LNumber(value)
	case string:
		return lua.LString(value)
	case []any:
		table := state.NewTable()
		for _, item := range value {
			table.Append(toLua(state, item))
		}
		return table
	case map[string]any:
		table := state.NewTable()
		for key, member := range value {
			table.RawSetString(key, toLua(state, member))
		}
		return table
	default:
		return lua.LNil
	}
}
