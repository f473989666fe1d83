#include frame
#include colour
#include light
uniform vec2 samples;        // across and down, for each pixel
layout(location = 0) out vec4 shaded;

void main() {
    vec3 d = (ray * vec4(gl_FragCoord.xy / samples, 1.0, 0.0)).xyz;
    shaded = vec4(kept(surroundings(normalize(d))), 1.0);
}
