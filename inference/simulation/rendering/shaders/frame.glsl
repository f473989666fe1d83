// What is the same for everything in one picture. gl_frame.py fills it.
layout(std140) uniform Frame {
    mat4 clip;           // world -> clip; rows run downwards, so that no picture is turned over afterwards
    mat4 ray;            // place in the picture (u, v, 1, 0) -> direction in the world
    vec4 eye;            // place of the camera; w: number of lamps
    vec4 above;          // amounts of light
    vec4 below;
    vec4 towards_sun;
    vec4 sun;            // w: share of light missing in a cast shadow
    vec4 horizon;        // linear colours; w: darkness of contact shade
    vec4 zenith;
    vec4 lamps[8];       // place; w: strength
};
