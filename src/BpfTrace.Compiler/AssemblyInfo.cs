using System.Runtime.CompilerServices;

// Blittable P/Invokes only: nothing to marshal, and ReadyToRun can compile the calls ahead.
[assembly: DisableRuntimeMarshalling]
